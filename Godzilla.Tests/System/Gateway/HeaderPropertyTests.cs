using System.Globalization;
using CsCheck;
using Godzilla.ServiceDefaults.Identity;
using Godzilla.ServiceDefaults.Sessions;

namespace Godzilla.Tests.System.Gateway;

/// <summary>
/// Whatever headers a client sends: who it is, where it is and through which gateway it came is what the gateway found out. A failure names the
/// seed of its case; <c>CsCheck_Seed</c> repeats it, and <c>CsCheck_Iter</c> tries more.
/// </summary>
[Collection(RunningSystem.Name)]
public sealed class HeaderPropertyTests(GodzillaApp app)
{
    private const int MaxHeaders = 8;
    private const int Tries = 200;

    private static readonly string[] IdentityNames =
    [
        IdentityHeaders.User, IdentityHeaders.Session, IdentityHeaders.Address, IdentityHeaders.Gateway, IdentityHeaders.Issuer, IdentityHeaders.Time,
        IdentityHeaders.Signature,
    ];

    private static readonly string[] ForwardingNames =
    [
        "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Prefix", "X-Forwarded", "X-Forwarded-Original-For", "Forwarded", "X-Real-IP",
    ];

    private static readonly string[] OtherNames = ["Connection", "Keep-Alive", "TE", "User-Agent", "X-Original-For", "X-Client-IP", "True-Client-IP", "Via"];

    private static readonly string[] Values =
    [
        "", " ", "godzilla", "godzilla, mothra", "127.0.0.2", "198.51.100.7", "[2001:db8::7]:80", "for=198.51.100.7;proto=https", "https", "gateway", "0",
        "1732800000000", "close", "X-Authenticated-User", "close, X-Authenticated-User, X-Authenticated-Signature", "\u00e9\u00ff", "\"quoted\"", "a\tb",
        new string('A', 43), new string('0', 64), new string('x', 300),
    ];

    [Fact]
    public async Task NoHeadersMakeAnotherCaller()
    {
        using var person = await app.SignUpAsync("jirass");
        await using var upstream = await RecordingUpstream.StartAsync();
        using var gateway = await GatewayProcess.StartAsync(
            app,
            upstream,
            ("ReverseProxy__Routes__mine__ClusterId", "chat"),
            ("ReverseProxy__Routes__mine__Match__Path", "/mine"));
        var instance = await InstanceOfAsync(gateway, upstream);
        var (anonymous, signedIn) = (
            new CallerIdentity("", "", "127.0.0.1", "", instance),
            new CallerIdentity(person.Name, SessionToken.IdOf(person.Token)!, "127.0.0.1", "", instance));
        var arrived = 0;

        await Headers(person.Token).SampleAsync(
            async headers =>
            {
                foreach (var isUpgrade in new[] { false, true })
                {
                    arrived += await CheckAsync(gateway, upstream, "/open", headers, isUpgrade, anonymous);
                    arrived += await CheckAsync(gateway, upstream, "/mine", headers, isUpgrade, signedIn);
                }
            },
            iter: Tries,
            threads: 1,
            print: headers => string.Concat(headers.Select(header => $"{header.Name}: {header.Value}\n")));

        // Else it would say nothing.
        Assert.True(arrived > Tries, string.Create(CultureInfo.InvariantCulture, $"Only {arrived} requests arrived."));
    }

    private static Gen<(string Name, string Value)[]> Headers(string token)
    {
        var value = Gen.OneOf<string>(Gen.OneOf(Values), Gen.String[Gen.Char[' ', '~'], 0, 40]);
        var reserved = Gen.Select(Spelled(Gen.OneOf<string>([.. IdentityNames, .. ForwardingNames])), value);
        var other = Gen.Select(Gen.OneOf(OtherNames), value);

        // Of the client's own session, of none, or of nothing that is one. Somebody else's token would be somebody else's session.
        var cookie = Gen.Select(
            Gen.OneOf("Cookie", "cookie", "COOKIE", "Cookie2", "Set-Cookie"),
            Gen.OneOf(
                $"auth_token={token}", $"a=b; auth_token={token}", $"auth_token={token}; auth_token=other", $"auth_token=\"{token}\"", $"AUTH_TOKEN={token}",
                $"auth_token={token},auth_token=other", "auth_token=", "auth_token=../../x", "auth_token", "=;;=", "X-Authenticated-User=godzilla"));
        var own = Gen.Const(("Cookie", $"auth_token={token}"));
        return Gen.Frequency<(string Name, string Value)>((5, reserved), (1, other), (1, cookie), (1, own)).Array[0, MaxHeaders]
            .Select(Gen.Int[0, MaxHeaders], (headers, at) => headers.ToList() is var list && at <= list.Count
                ? [.. list[..at], ("Cookie", $"auth_token={token}"), .. list[at..]]
                : headers);
    }

    // As servers behind might read it as that name: other separators, other case, more of them, spaces at the end.
    private static Gen<string> Spelled(Gen<string> names) => Gen.Select(
        names,
        Gen.OneOf("-", "_", ".", "--", "-_", "~", "!").Array[4],
        Gen.Bool.Array[32],
        Gen.Frequency<string>((8, Gen.Const("")), (1, Gen.OneOf(" ", "\t", "_", "-", "s", "\0"))),
        (name, separators, isUpper, end) =>
        {
            var used = 0;
            return string.Concat(name.Select((c, i) => c == '-'
                ? separators[used++ % separators.Length]
                : (isUpper[i % isUpper.Length] ? char.ToUpperInvariant(c) : char.ToLowerInvariant(c)).ToString())) + end;
        });

    private static async Task<string> InstanceOfAsync(GatewayProcess gateway, RecordingUpstream upstream)
    {
        using var response = await gateway.Http.GetAsync("/open?id=first");
        return upstream.Find("first")!.Caller.Gateway;
    }

    /// <returns>1 if the request arrived, 0 if it was refused.</returns>
    private static async Task<int> CheckAsync(
        GatewayProcess gateway, RecordingUpstream upstream, string path, (string Name, string Value)[] headers, bool isUpgrade, CallerIdentity expected)
    {
        var id = Guid.NewGuid().ToString("N");
        var upgrade = isUpgrade
            ? "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            : "";
        var answer = await RawConnection.AskAsync(
            gateway.Address,
            $"GET {path}?id={id} HTTP/1.1\r\nHost: 127.0.0.1\r\n{string.Concat(headers.Select(header => $"{header.Name}: {header.Value}\r\n"))}{upgrade}\r\n");
        if (upstream.Find(id) is not { } received)
        {
            Assert.True(answer.Status is 400 or 401 or 431, $"{answer.Status}: {answer.Body}");
            return 0;
        }

        Assert.Equal(expected, received.Caller with { UserAgent = "" });
        Assert.DoesNotContain("Cookie", received.Headers);
        Assert.All(received.Headers.Keys, name =>
        {
            var folded = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '-'));
            Assert.True(!folded.StartsWith("x-authenticated-", StringComparison.Ordinal) || IdentityNames.Contains(name, StringComparer.OrdinalIgnoreCase), name);
            Assert.False(folded is "forwarded" or "x-real-ip" || folded.StartsWith("x-forwarded-", StringComparison.Ordinal), name);
        });
        return 1;
    }
}
