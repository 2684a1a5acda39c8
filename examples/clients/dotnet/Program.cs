// A token over mutual TLS, then a call with it over the same certificate. README.md says how to run it. NOT RUN by our tests.
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

string Env(string name) => Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"{name} is not set");

// By way of PKCS#12: Windows cannot use a key that was only read from PEM. The certificate needs the purpose clientAuth.
using var pem = X509Certificate2.CreateFromPemFile(Env("CERT"), Env("KEY"));
using var own = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
var authorities = new X509Certificate2Collection();
authorities.ImportFromPemFile(Env("CA"));
var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
policy.CustomTrustStore.AddRange(authorities);

// The name of the server is verified as well.
var tls = new SslClientAuthenticationOptions { ClientCertificates = new X509CertificateCollection { own }, CertificateChainPolicy = policy };
using var client = new HttpClient(new SocketsHttpHandler { SslOptions = tls, AllowAutoRedirect = false });

async Task<string> Send(HttpRequestMessage request)
{
    using var answer = await client.SendAsync(request);
    var body = await answer.Content.ReadAsStringAsync();
    return answer.IsSuccessStatusCode ? body : throw new HttpRequestException($"{request.RequestUri} answers {(int)answer.StatusCode}: {body}");
}

var form = new Dictionary<string, string>
{
    ["grant_type"] = "client_credentials",
    ["client_id"] = Env("CLIENT_ID"),
    ["resource"] = Env("RESOURCE"),
};
using var ask = new HttpRequestMessage(HttpMethod.Post, Env("TOKEN_ENDPOINT")) { Content = new FormUrlEncodedContent(form) };
var token = JsonDocument.Parse(await Send(ask)).RootElement.GetProperty("access_token").GetString();

using var call = new HttpRequestMessage(HttpMethod.Get, Env("RESOURCE") + "/orders");
call.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
Console.WriteLine(await Send(call));
