import java.net.CookieManager;
import java.net.CookiePolicy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

public class Jar {
    public static void main(String[] urls) throws Exception {
        var jar = new CookieManager(null, CookiePolicy.ACCEPT_ALL);
        var client = HttpClient.newBuilder().cookieHandler(jar).build();

        for (var url : urls) {
            var request = HttpRequest.newBuilder(URI.create(url)).build();
            var answer = client.send(request, BodyHandlers.ofString());
            System.out.print(answer.body());
        }
    }
}
