// A token over mutual TLS, then a call with it over the same certificate: .NET Framework 4.7.1 or later. README.md says how to run it.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;

public static class Program
{
    const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    static string Env(string name)
    {
        return Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException(name + " is not set");
    }

    /// <summary>Whether a server is who it should be: its name, and a path to the one authority of the file CA.</summary>
    static bool IsTrusted(X509Certificate2 certificate, X509Chain presented, SslPolicyErrors errors, X509Certificate2 authority)
    {
        // All but the path, which was built to the authorities of the machine: no certificate at all, or another name.
        if (certificate == null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None) return false;
        using (var chain = new X509Chain())
        {
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
            chain.ChainPolicy.ExtraStore.Add(authority);
            if (presented != null)
                foreach (var element in presented.ChainElements) chain.ChainPolicy.ExtraStore.Add(element.Certificate);
            // .NET Framework cannot be given a root of one's own: an unknown one is let pass here, and compared below.
            chain.ChainPolicy.VerificationFlags = X509VerificationFlags.AllowUnknownCertificateAuthority;
            if (!chain.Build(certificate)) return false;
            if (chain.ChainStatus.Any(each => each.Status != X509ChainStatusFlags.NoError && each.Status != X509ChainStatusFlags.UntrustedRoot)) return false;
            var root = chain.ChainElements[chain.ChainElements.Count - 1].Certificate;
            return root.RawData.SequenceEqual(authority.RawData);
        }
    }

    static HttpClient Connect()
    {
        var authority = new X509Certificate2(Env("CA"));
        var handler = new HttpClientHandler
        {
            AllowAutoRedirect = false,
            ServerCertificateCustomValidationCallback =
                (request, certificate, chain, errors) => IsTrusted(certificate, chain, errors, authority),
        };
        // The certificate needs the purpose clientAuth, or Windows does not send it.
        handler.ClientCertificates.Add(new X509Certificate2(Env("P12"), Env("P12_PASSWORD")));
        return new HttpClient(handler);
    }

    static string Send(HttpClient client, HttpRequestMessage request)
    {
        using (var answer = client.SendAsync(request).GetAwaiter().GetResult())
        {
            var body = answer.Content.ReadAsStringAsync().GetAwaiter().GetResult();
            if (answer.StatusCode == HttpStatusCode.OK) return body;
            throw new HttpRequestException(request.RequestUri + " answers " + (int)answer.StatusCode + ": " + body);
        }
    }

    public static int Main()
    {
        try
        {
            using (var client = Connect())
            {
                var form = new Dictionary<string, string>
                {
                    ["grant_type"] = "client_credentials",
                    ["client_id"] = Env("CLIENT_ID"),
                    ["resource"] = Env("RESOURCE"),
                };
                var ask = new HttpRequestMessage(HttpMethod.Post, Env("TOKEN_ENDPOINT")) { Content = new FormUrlEncodedContent(form) };
                // A JSON library is better; .NET Framework has none that is small.
                var token = Regex.Match(Send(client, ask), "\"access_token\":\"([^\"]+)\"");
                if (!token.Success) throw new InvalidOperationException("no access_token in the answer");
                var call = new HttpRequestMessage(HttpMethod.Get, Env("RESOURCE") + "/orders");
                call.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Groups[1].Value);
                Console.WriteLine(Send(client, call));
                return 0;
            }
        }
        catch (Exception error)
        {
            Console.Error.WriteLine(error);
            return 1;
        }
    }
}
