using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Godzilla.StandIns.Tests.Protos;
using Google.Protobuf;
using Grpc.Core;

namespace Godzilla.StandIns.Tests;

/// <summary>What a server makes of requests that no gRPC client sends.</summary>
public sealed class WireTests(TitansServer server) : IClassFixture<TitansServer>, IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = server.Address };

    [Fact]
    public async Task AFrameByHandIsUnderstood()
    {
        var titan = new Titan { Name = "Rodan" };
        using var response = await PostAsync("titans.Titans/Describe", Frame(titan.ToByteArray()));
        var body = await response.Content.ReadAsByteArrayAsync();
        Assert.Equal(StatusCode.OK, Status(response));
        Assert.Equal(0, body[0]);
        Assert.Equal(titan, Titan.Parser.ParseFrom(body, 5, (int)BinaryPrimitives.ReadUInt32BigEndian(body.AsSpan(1))));
    }

    public static TheoryData<string, byte[], StatusCode> Malformed => new()
    {
        { "no message at all", [], StatusCode.Internal },
        { "half a header", [0, 0, 0], StatusCode.Internal },
        { "fewer bytes than announced", [0, 0, 0, 0, 9, 1], StatusCode.Internal },
        { "two messages for one", [.. Frame([]), .. Frame([])], StatusCode.Internal },
        { "compressed, but nobody said how", [1, 0, 0, 0, 1, 0], StatusCode.Internal },
        { "a flag that is none", [7, 0, 0, 0, 0], StatusCode.Unknown },
        { "not protobuf", Frame([0xFF, 0xFF, 0xFF]), StatusCode.Unknown },
        { "announces more than is allowed", [0, 0x7F, 0xFF, 0xFF, 0xFF], StatusCode.ResourceExhausted },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task AMalformedMessageIsRefused(string what, byte[] body, StatusCode expected)
    {
        using var response = await PostAsync("titans.Titans/Describe", body);
        await response.Content.ReadAsByteArrayAsync();
        Assert.True(expected == Status(response), $"{what}: {Status(response)}");

        // And the server goes on.
        using var next = await PostAsync("titans.Titans/Describe", Frame([]));
        await next.Content.ReadAsByteArrayAsync();
        Assert.Equal(StatusCode.OK, Status(next));
    }

    [Theory]
    [InlineData("titans.Titans/Nothing")]
    [InlineData("titans.Nobody/Describe")]
    public async Task AnUnknownPathIsUnimplemented(string path)
    {
        using var response = await PostAsync(path, Frame([]));
        await response.Content.ReadAsByteArrayAsync();
        Assert.Equal(StatusCode.Unimplemented, Status(response));
    }

    [Fact]
    public async Task AnUnknownEncodingIsUnimplemented()
    {
        using var response = await PostAsync("titans.Titans/Describe", [1, 0, 0, 0, 1, 0], request => request.Headers.Add("grpc-encoding", "zip"));
        await response.Content.ReadAsByteArrayAsync();
        Assert.Equal(StatusCode.Unimplemented, Status(response));
    }

    [Fact]
    public async Task AnotherContentTypeIsUnsupported()
    {
        using var response = await PostAsync(
            "titans.Titans/Describe", Frame([]), request => request.Content!.Headers.ContentType = new("application/json"));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Fact]
    public async Task OldHttpIsRefusedWhereOnlyTheNewIsSpoken()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "titans.Titans/Describe") { Version = HttpVersion.Version11 };
        using var response = await _http.SendAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    public void Dispose() => _http.Dispose();

    private static byte[] Frame(byte[] message) => [0, 0, 0, (byte)(message.Length >> 8), (byte)message.Length, .. message];

    private static StatusCode Status(HttpResponseMessage response)
    {
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        HttpHeaders status = response.TrailingHeaders.Contains("grpc-status") ? response.TrailingHeaders : response.Headers;
        return (StatusCode)int.Parse(Assert.Single(status.GetValues("grpc-status")));
    }

    private async Task<HttpResponseMessage> PostAsync(string path, byte[] body, Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        change?.Invoke(request);
        return await _http.SendAsync(request).WaitAsync(Eventually.Limit);
    }
}
