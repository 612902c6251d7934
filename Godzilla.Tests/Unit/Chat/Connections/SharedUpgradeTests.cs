using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Godzilla.Chat.Connections;
using Godzilla.Chat.SocketIo;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;

namespace Godzilla.Tests.Unit.Chat.Connections;

/// <summary>Prepared frames beside a WebSocket's own, over each kind of connection that the server has.</summary>
public sealed class SharedUpgradeTests
{
    private const int Frames = 500;

    [Theory]
    [InlineData("http", 1)]
    [InlineData("https", 1)]
    [InlineData("http", 2)]
    [InlineData("https", 2)]
    public async Task FramesAndMessagesArriveWholeAndInTheirOrder(string scheme, int version)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var certificate = Certificate();
        await using var app = await StartAsync(scheme == "https" ? certificate : null, version);
        using var client = new ClientWebSocket();
        client.Options.HttpVersion = new Version(version, version == 1 ? 1 : 0);
        client.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, server, _, _) => server?.GetCertHashString() == certificate.Thumbprint;
        using var invoker = new HttpMessageInvoker(handler);

        await client.ConnectAsync(new Uri(app.Urls.Single().Replace("http", "ws", StringComparison.Ordinal)), invoker, limit.Token);

        var came = new List<string>();
        var buffer = new byte[64 * 1024];
        while (came.Count < 2 * Frames)
        {
            var received = await client.ReceiveAsync(buffer, limit.Token);
            Assert.True(received.EndOfMessage);
            came.Add(Encoding.UTF8.GetString(buffer, 0, received.Count));
        }

        Assert.Equal(Enumerable.Range(0, Frames).Select(i => $"message {i}"), came.Where(text => text[0] == 'm'));
        Assert.Equal(Enumerable.Range(0, Frames).Select(i => $"frame {i}"), came.Where(text => text[0] == 'f'));
        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token);
    }

    private static async Task<WebApplication> StartAsync(X509Certificate2? certificate, int version)
    {
        var builder = TestHost.CreateBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, endpoint =>
        {
            endpoint.Protocols = version == 2 ? HttpProtocols.Http2 : HttpProtocols.Http1;
            if (certificate is not null)
            {
                endpoint.UseHttps(certificate);
            }
        }));
        builder.Services.Configure<SocketTransportOptions>(sockets => sockets.MaxWriteBufferSize = 1);
        var app = builder.Build();
        app.UseClosableWebSockets();
        app.Run(async context =>
        {
            using var socket = (ClosableWebSocket)await context.WebSockets.AcceptWebSocketAsync();
            for (var i = 0; i < Frames; i++)
            {
                Assert.True(socket.TryPost(Frame.Text(Encoding.UTF8.GetBytes($"frame {i}")), Frames));
                await socket.SendAsync(Encoding.UTF8.GetBytes($"message {i}"), WebSocketMessageType.Text, endOfMessage: true, context.RequestAborted);
            }

            await socket.ReceiveAsync(new byte[10].AsMemory(), context.RequestAborted);
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
        });
        await app.StartAsync();
        return app;
    }

    private static X509Certificate2 Certificate()
    {
        using var key = RSA.Create(2048);
        var now = DateTimeOffset.UtcNow;
        return new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}
