using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;

namespace Accounts.Bench;

/// <summary>Somebody with an address of their own: 127.0.<paramref name="block"/>.<paramref name="number"/>.</summary>
internal sealed class Client(Uri gateway, byte block, byte number) : IDisposable
{
    internal const string Password = "monster island";

    internal HttpClient Http { get; } = new(new SocketsHttpHandler
    {
        UseCookies = false,
        ConnectCallback = (context, cancellationToken) => ConnectAsync(new IPAddress([127, 0, block, number]), context.DnsEndPoint.Port, cancellationToken),
    })
    {
        BaseAddress = gateway,
    };

    internal string Name { get; } = $"bench-{Guid.NewGuid():N}"[..24];

    internal async Task RegisterAsync()
    {
        using var response = await Http.PostAsJsonAsync("/user/register", new { username = Name, password = Password });
        response.EnsureSuccessStatusCode();
    }

    internal async Task<HttpStatusCode> LogInAsync(string? name = null, string password = Password)
    {
        using var response = await Http.PostAsJsonAsync("/user/login", new { username = name ?? Name, password });
        return response.StatusCode;
    }

    /// <summary>Signs in and sends the session along from now on.</summary>
    internal async Task EnterAsync()
    {
        using var response = await Http.PostAsJsonAsync("/user/login", new { username = Name, password = Password });
        response.EnsureSuccessStatusCode();
        Http.DefaultRequestHeaders.Add("Cookie", response.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
    }

    public void Dispose() => Http.Dispose();

    private static async ValueTask<Stream> ConnectAsync(IPAddress address, int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Bind(new IPEndPoint(address, 0));
            await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
