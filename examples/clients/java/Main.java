// A token over mutual TLS, then a call with it over the same certificate. README.md says how to run it.
import java.io.FileInputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

public class Main {
  static String env(String name) {
    return System.getenv(name);
  }

  /** Our certificate and key from PKCS#12, and the authority of the servers; their names are verified by HttpClient. */
  static SSLContext tls() throws Exception {
    char[] password = env("P12_PASSWORD").toCharArray();
    KeyStore own = KeyStore.getInstance("PKCS12");
    try (FileInputStream file = new FileInputStream(env("P12"))) { own.load(file, password); }
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(own, password);
    KeyStore authorities = KeyStore.getInstance("PKCS12");
    authorities.load(null, null);
    try (FileInputStream file = new FileInputStream(env("CA"))) {
      authorities.setCertificateEntry("ca", CertificateFactory.getInstance("X.509").generateCertificate(file));
    }
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(authorities);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  static String send(HttpClient client, HttpRequest.Builder request) throws Exception {
    HttpResponse<String> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 200) throw new RuntimeException(answer + " " + answer.body());
    return answer.body();
  }

  public static void main(String[] args) throws Exception {
    HttpClient client = HttpClient.newBuilder().sslContext(tls()).build();
    String form = "grant_type=client_credentials&client_id=" + URLEncoder.encode(env("CLIENT_ID"), StandardCharsets.UTF_8)
        + "&resource=" + URLEncoder.encode(env("RESOURCE"), StandardCharsets.UTF_8);
    String json = send(client, HttpRequest.newBuilder(URI.create(env("TOKEN_ENDPOINT")))
        .header("Content-Type", "application/x-www-form-urlencoded").POST(HttpRequest.BodyPublishers.ofString(form)));
    // A JSON library is better; the JDK has none.
    var token = Pattern.compile("\"access_token\":\"([^\"]+)\"").matcher(json);
    if (!token.find()) throw new RuntimeException("no access_token in the answer");
    URI orders = URI.create(env("RESOURCE") + "/orders");
    System.out.println(send(client, HttpRequest.newBuilder(orders).header("Authorization", "Bearer " + token.group(1))));
  }
}
