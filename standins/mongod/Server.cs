using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Console;
using Mongod.Authentication;
using Mongod.Wire;
using MongoDB.Bson;

namespace Mongod;

/// <summary>The running server: Kestrel's socket transport, and MongoDB's protocol on it.</summary>
internal sealed partial class Server : IAsyncDisposable
{
    // How long requests in hand may take after the server was told to end.
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(10);

    private readonly WebApplication _app;

    private Server(WebApplication app) => _app = app;

    /// <summary>Starts, and returns once connections are accepted.</summary>
    /// <exception cref="StartException">It cannot start.</exception>
    internal static async Task<Server> StartAsync(ServerOptions options, TextReader input, DataFolder folder)
    {
        // The engine writes documents that are as deep as MongoDB allows.
        BsonDefaults.MaxSerializationDepth = WireLimits.MaxDepth + 1;
        var users = await ReadUserAsync(options, input);

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
            console.ColorBehavior = LoggerColorBehavior.Disabled;
        });
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        // A failed start is told in one line, below.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = Drain);
        builder.Services.AddMongod(options, folder, users);

        ListenOptions? listening = null;
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(options.Address, options.Port, listen =>
        {
            listen.UseConnectionHandler<ServerConnectionHandler>();
            listening = listen;
        }));
        var app = builder.Build();
        try
        {
            app.Services.GetRequiredService<Dispatcher>();
            await app.StartAsync();
        }
        catch (IOException exception)
        {
            await app.DisposeAsync();
            throw new StartException(StartException.CannotListen, $"cannot listen on {new IPEndPoint(options.Address, options.Port)}: {exception.GetBaseException().Message}");
        }

        LogReady(app.Logger, listening!.IPEndPoint!);
        return new Server(app);
    }

    internal Task WaitForEndAsync() => _app.WaitForShutdownAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task<ScramUsers?> ReadUserAsync(ServerOptions options, TextReader input)
    {
        if (options.User is null)
        {
            return null;
        }

        var password = await input.ReadLineAsync();
        if (string.IsNullOrEmpty(password))
        {
            throw new StartException(StartException.BadOptions, "--auth-user needs the password as the first line of standard input");
        }

        return password.All(char.IsAscii)
            ? new ScramUsers(options.User, password)
            : throw new StartException(StartException.BadOptions, "the password may have only ASCII characters");
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "Waiting for connections on {Endpoint}")]
    private static partial void LogReady(ILogger logger, IPEndPoint endpoint);
}
