using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Mongod.Commands;

namespace Mongod.Wire;

/// <summary>Takes connections in.</summary>
internal sealed partial class ServerConnectionHandler(
    Dispatcher dispatcher,
    AuthenticationCommands authentication,
    ConnectionCounts connections,
    Cursors cursors,
    MessageBudget budget,
    ILogger<ServerConnectionHandler> logger) : ConnectionHandler
{
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        if (connections.TryAdd() is not { } number)
        {
            LogRejected(logger, connections.Current);
            return;
        }

        var client = new Client(number, connection.RemoteEndPoint?.ToString() ?? "");
        // A server that ends lets the request in hand finish, and asks for no other.
        var closing = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? default;
        using var registration = closing.UnsafeRegister(static input => ((PipeReader)input!).CancelPendingRead(), connection.Transport.Input);
        using var serving = new ClientConnection(connection, client, dispatcher, authentication.IsRequired, budget, closing);
        try
        {
            await serving.RunAsync();
        }
        catch (WireFaultException fault)
        {
            LogFault(logger, number, fault.Message);
        }
        catch (Exception exception) when (exception is ConnectionResetException or ConnectionAbortedException or OperationCanceledException or IOException)
        {
            LogLost(logger, number, exception.Message);
        }
        finally
        {
            connections.Remove();
            cursors.CloseOf(client);
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Debug, Message = "A connection is refused: there are {Count}, as many as --maxConns allows.")]
    private static partial void LogRejected(ILogger logger, int count);

    // What a client sends is the client's doing, so it stays out of the log at the usual level.
    [LoggerMessage(EventId = 2, Level = LogLevel.Debug, Message = "Connection {Connection} is closed: {Reason}.")]
    private static partial void LogFault(ILogger logger, long connection, string reason);

    [LoggerMessage(EventId = 3, Level = LogLevel.Debug, Message = "Connection {Connection} is lost: {Reason}")]
    private static partial void LogLost(ILogger logger, long connection, string reason);
}
