using System.Net.Sockets;
using System.Text;

namespace Godzilla.Tests.System.Gateway;

/// <summary>What a client does wrong on its WebSocket is the client's matter: it ends that socket, and no service warns of it.</summary>
[Collection(RunningSystem.Name)]
public sealed class BadFrameTests(GodzillaApp app)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("reserved bits", new byte[] { 0xF1, 0x80, 0, 0, 0, 0 })]
    [InlineData("an unknown opcode", new byte[] { 0x8B, 0x80, 0, 0, 0, 0 })]
    [InlineData("a length of 2^63", new byte[] { 0x81, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 })]
    [InlineData("no UTF-8", new byte[] { 0x81, 0x82, 0, 0, 0, 0, 0xFF, 0xFE })]
    [InlineData("cut off", new byte[] { 0x81, 0xFE })]
    public async Task ABadFrameEndsTheSocketAndWarnsOfNothing(string what, byte[] frame)
    {
        using var person = await app.SignUpAsync("gigan");
        var before = Warnings().Count;

        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync(app.Gateway.Host, app.Gateway.Port);
            var stream = socket.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes(
                $"GET /hubs/chat HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                + $"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nCookie: auth_token={person.Token}\r\n\r\n"));
            var buffer = new byte[4096];
            var count = await stream.ReadAsync(buffer).AsTask().WaitAsync(Limit);
            Assert.StartsWith("HTTP/1.1 101 ", Encoding.ASCII.GetString(buffer, 0, count), StringComparison.Ordinal);

            await stream.WriteAsync(frame);
            if (what == "cut off")
            {
                socket.Client.LingerState = new LingerOption(enable: true, seconds: 0);
            }
            else
            {
                await ClosedAsync(stream).WaitAsync(Limit);
            }
        }

        // Its line in the access log is written after all that the gateway has to say.
        await Eventually.TrueAsync(
            () => app.Logs.LinesOf("gateway").Any(line => line.Contains("\"path\":\"/hubs/chat\"", StringComparison.Ordinal) && line.Contains(person.Name, StringComparison.Ordinal)),
            "the request has ended");
        Assert.Equal(before, Warnings().Count);
    }

    private static async Task ClosedAsync(NetworkStream stream)
    {
        try
        {
            while (await stream.ReadAsync(new byte[4096]) > 0)
            {
            }
        }
        catch (IOException)
        {
            // Reset.
        }
    }

    private List<string> Warnings() =>
        [.. new[] { "gateway", "chat" }.SelectMany(app.Logs.LinesOf).Where(line => line.Contains("warn ", StringComparison.Ordinal) || line.Contains("fail ", StringComparison.Ordinal))];
}
