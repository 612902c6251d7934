using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Godzilla.Tests.Unit.ServiceDefaults;

/// <summary>What is signed, byte by byte, and the two ways of writing it.</summary>
public sealed class IdentitySignerTests
{
    private const string Key = "both-sign-with-this-one-0123456789";

    private static readonly CallerIdentity Mothra = new("mothra", "s1", "192.0.2.7", "curl/8.5 (ü)", "g1", "k1", "inference models:read", "mini other");

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(50));

    [Fact]
    public void TheSignatureIsOfThisTextAlone()
    {
        using var request = Sign(Mothra, "GET", "/a path");
        var time = _time.GetUtcNow().ToUnixTimeMilliseconds().ToString();
        string[] lines = ["v3", "gateway", "chat", "mothra", "s1", "192.0.2.7", "g1", "curl/8.5 (ü)", "k1", "inference models:read", "mini other", time, "GET", "/a path"];
        var hash = HMACSHA256.HashData(Encoding.UTF8.GetBytes(Key), Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => $"{line}\n"))));

        Assert.Equal(Base64Url.EncodeToString(hash), Header(request, IdentityHeaders.Signature));
        Assert.Equal(time, Header(request, IdentityHeaders.Time));
    }

    [Theory]
    [InlineData("")]
    [InlineData("k1")]
    public void AsLinesItSaysTheSameAsInHeaders(string key)
    {
        var caller = Mothra with { Key = key, Scopes = key, Models = key, User = new string('ü', 2000) };
        using var request = Sign(caller, "GET", "/path");
        var lines = new ArrayBufferWriter<byte>();
        Signer("gateway").Sign(lines, "chat", caller, "GET", "/path");

        Assert.Equal(
            request.Headers.NonValidated.Select(header => $"{header.Key}: {header.Value}\r\n"),
            Encoding.UTF8.GetString(lines.WrittenSpan).Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Select(line => $"{line}\r\n"));
    }

    // Texts of all lengths around that of the buffer on the stack.
    [Fact]
    public void ALongIdentityIsSignedToItsLastCharacter()
    {
        for (var length = 0; length < 1200; length++)
        {
            var path = new string('p', length);
            var caller = Mothra with { Scopes = new string('ü', length / 4) };
            using var request = Sign(caller, "GET", path);

            Assert.True(Verify("gateway", caller, path, request));
            Assert.False(Verify("gateway", caller, $"{path}x", request));
            Assert.False(Verify("gateway", caller with { Scopes = $"{caller.Scopes}x" }, path, request));
        }
    }

    [Fact]
    public void WhoSignedCountsAlsoWhereTwoHaveTheSameKey()
    {
        using var request = Sign(Mothra, "GET", "/path");

        Assert.True(Verify("gateway", Mothra, "/path", request));
        Assert.False(Verify("accounts", Mothra, "/path", request));
    }

    [Fact]
    public void WithoutAKeyTheErrorSaysWhichIsMissing()
    {
        using var request = new HttpRequestMessage();

        var exception = Assert.Throws<InvalidOperationException>(() => Signer("gateway").Sign(request.Headers, "presence", Mothra, "GET", "/path"));

        Assert.Equal("gateway has no key for presence: set Identity:Callees:presence:Key.", exception.Message);
    }

    private static string Header(HttpRequestMessage request, string name) => request.Headers.NonValidated[name].ToString();

    private HttpRequestMessage Sign(in CallerIdentity caller, string method, string path)
    {
        var request = new HttpRequestMessage();
        Signer("gateway").Sign(request.Headers, "chat", caller, method, path);
        return request;
    }

    private bool Verify(string issuer, in CallerIdentity caller, string path, HttpRequestMessage request) =>
        Signer("chat").Verify(issuer, caller, "GET", path, Header(request, IdentityHeaders.Time), Header(request, IdentityHeaders.Signature));

    private IdentitySigner Signer(string service)
    {
        var options = new IdentityOptions { Service = service };
        options.Callees["chat"] = new CalleeOptions { Key = Key };
        options.Callers["gateway"] = new CallerOptions { Key = Key, ForUsers = true };
        options.Callers["accounts"] = new CallerOptions { Key = Key, ForUsers = true };
        return new IdentitySigner(Options.Create(options), _time);
    }
}
