using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Godzilla.Gateway.Bearer;
using Godzilla.Gateway.ClientAddress;
using Godzilla.Gateway.Forwarding.Http1;
using Godzilla.Gateway.Sessions;
using Godzilla.ServiceDefaults.ApiKeys;
using Godzilla.ServiceDefaults.Identity;
using Godzilla.ServiceDefaults.Sessions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Godzilla.Fuzz.Targets;

/// <summary>What comes to the gateway from both sides, and the identity that it signs.</summary>
internal static class GatewayTargets
{
    private static readonly IdentitySigner Signer = CreateSigner();

    public static IReadOnlyList<Target> All { get; } =
    [
        new("http1-response", Response, "HTTP/1.1 200 OK\r\n", "\r\n", "\r\n\r\n", "Content-Length: ", "Transfer-Encoding: chunked\r\n", "Connection: close\r\n", "Connection: X-A, X-B\r\n", "Set-Cookie: a=b\r\n"),
        Http1BodyTarget.Target,
        new("request-headers", Headers, "Cookie: auth_token=", "; ", "Authorization: Bearer gz_", "X-Authenticated-User: ", "X_Authenticated.User: ", "Forwarded: ", "X-Forwarded-For: ", "\n"),
        new("identity", Identity, "godzilla", "gateway", "\n", "0"),
        new("client-network", Network, "::ffff:", "127.0.0.1", "/64", "%1", "[", "2001:db8::", "/0"),
    ];

    private static void Response(ReadOnlySpan<byte> input)
    {
        if (ResponseHead.LengthOf(input) is not (> 0 and var length))
        {
            return;
        }

        var response = new DefaultHttpContext().Response;
        ResponseFraming framing;
        try
        {
            framing = ResponseHead.Copy(input[..length], response);
        }
        catch (UpstreamException)
        {
            return;
        }

        Rule.Holds(framing.Status is >= 100 and < 600, "a status has three digits");
        Rule.Holds(!(framing.IsChunked && framing.ContentLength is not null), "a body has one end");
        Rule.Holds(framing.ContentLength is null or >= 0, "a length is a count");
        foreach (var (name, values) in response.Headers)
        {
            Rule.Holds(!name.AsSpan().ContainsAny(" :\r\n\0") && name.Length > 0, "a name is a token");
            Rule.Holds(!values.Any(value => value.AsSpan().ContainsAny("\r\n\0")), "a value is one line");
            Rule.Holds(!name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase) && !name.Equals("Connection", StringComparison.OrdinalIgnoreCase), "what is between two is not passed on");
        }
    }

    private static void Headers(ReadOnlySpan<byte> input)
    {
        var request = new DefaultHttpContext().Request;
        foreach (var line in Encoding.Latin1.GetString(input).Split('\n'))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0)
            {
                request.Headers.Append(line[..colon], line[(colon + 1)..].Trim(' '));
            }
        }

        Rule.Holds(SessionToken.IdOf(SessionCookie.Find(request.Headers.Cookie).ToString()) is null or { Length: 64 }, "a session's id is a hash");
        var token = BearerToken.Find(request);
        Rule.Holds(ApiKeyToken.IdOf(token.ToString()) is null or { Length: 64 }, "a key's id is a hash");
        IdentityHeaders.Drop(request.Headers);
        foreach (var name in request.Headers.Keys)
        {
            var folded = string.Concat(name.Select(character => char.IsAsciiLetterOrDigit(character) ? char.ToUpperInvariant(character) : '-'));
            Rule.Holds(!folded.StartsWith("X-AUTHENTICATED-", StringComparison.Ordinal) && !folded.StartsWith("X-FORWARDED-", StringComparison.Ordinal), "a client cannot say who it is");
        }
    }

    // What is signed is accepted, and nothing else is.
    private static void Identity(ReadOnlySpan<byte> input)
    {
        var parts = Encoding.UTF8.GetString(input).Split('\n');
        string Part(int index) => index < parts.Length ? parts[index].Replace("\r", "", StringComparison.Ordinal) : "";
        var caller = new CallerIdentity(Part(0), Part(1), Part(2), Part(3), Part(4), Part(5), Part(6), Part(7));
        var (method, path) = (Part(8), string.Join('\n', parts.Skip(9)));
        Rule.Holds(!Signer.Verify("self", caller, method, path, Part(10), Part(11)), "what was not signed is refused");

        using var request = new HttpRequestMessage();
        Signer.Sign(request.Headers, "self", caller, method, path);
        var (time, signature) = (Header(request.Headers, IdentityHeaders.Time), Header(request.Headers, IdentityHeaders.Signature));
        Rule.Holds(Signer.Verify("self", caller, method, path, time, signature), "what was signed is accepted");
        Rule.Holds(!Signer.Verify("self", caller with { User = $"{caller.User}x" }, method, path, time, signature), "for another user it is refused");
        Rule.Holds(!Signer.Verify("self", caller with { User = caller.Session, Session = caller.User }, method, path, time, signature) || caller.User == caller.Session, "parts cannot change places");
        Rule.Holds(!Signer.Verify("self", caller, method, $"{path}x", time, signature), "for another path it is refused");

        var lines = new ArrayBufferWriter<byte>();
        Signer.Sign(lines, "self", caller, method, path);
        Rule.Holds(lines.WrittenSpan.Count((byte)'\n') == lines.WrittenSpan.Count("\r\n"u8), "each header is one line");
    }

    private static void Network(ReadOnlySpan<byte> input)
    {
        var text = Encoding.UTF8.GetString(input);
        _ = ClientAddressOptions.TryParse(text, out _);
        var network = ClientNetwork.Of(text);
        Rule.Holds(ClientNetwork.Of(network) == network, "a client's network is its own network");
        if (IPAddress.TryParse(text, out var address))
        {
            Rule.Holds(ClientNetwork.Of(address) == ClientNetwork.Of(address.MapToIPv6()) || address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6, "an address is the same client either way it is written");
        }
    }

    private static string Header(HttpRequestHeaders headers, string name) => headers.NonValidated[name].ToString();

    private static IdentitySigner CreateSigner()
    {
        var key = new string('k', 32);
        var options = new IdentityOptions { Service = "self" };
        options.Callers["self"] = new CallerOptions { Key = key, ForUsers = true };
        options.Callees["self"] = new CalleeOptions { Key = key };
        return new IdentitySigner(Options.Create(options), TimeProvider.System);
    }
}
