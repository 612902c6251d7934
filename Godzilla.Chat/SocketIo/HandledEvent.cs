using System.Text.Json;
using Godzilla.ServiceDefaults.Errors;

namespace Godzilla.Chat.SocketIo;

/// <summary>An event with its handler.</summary>
/// <typeparam name="TRequest">The event's one argument.</typeparam>
/// <typeparam name="TAck">The acknowledgement's one argument, unless the event fails.</typeparam>
internal sealed class HandledEvent<TRequest, TAck>(
    string name, FailurePolicy failures, Func<SocketIoConnection, TRequest, Task<Answer<TAck>>> handle) : ClientEvent(name)
    where TRequest : class
    where TAck : class
{
    public override Task RunAsync(SocketIoConnection connection, in Packet packet)
    {
        if (Read(packet.Argument) is { } request)
        {
            return RunAsync(connection, packet.Id, request);
        }

        Refuse(connection, packet.Id, Name, new Refusal(StatusCodes.Status400BadRequest, $"{Name} needs an object with fields of the right types"));
        return Task.CompletedTask;
    }

    private async Task RunAsync(SocketIoConnection connection, long? id, TRequest request)
    {
        using var activity = EventTraces.Start(Name);
        try
        {
            var (ack, refusal) = await handle(connection, request);
            if (refusal is not null)
            {
                Refuse(connection, id, Name, refusal);
            }
            else if (id is { } number)
            {
                connection.Send(Frame.Ack(number, ack));
            }
        }
        catch (Exception exception) when (failures.IsOutage(exception, Name))
        {
            EventTraces.Fail(activity, exception);
            Refuse(connection, id, Name, new Refusal(StatusCodes.Status503ServiceUnavailable, "Service Unavailable"));
        }
        catch (Exception exception)
        {
            EventTraces.Fail(activity, exception);
            failures.Report(exception, Name, connection.Closed);
            Refuse(connection, id, Name, new Refusal(StatusCodes.Status500InternalServerError, "Internal Server Error"));
        }
    }

    private static TRequest? Read(ReadOnlySpan<byte> argument)
    {
        try
        {
            return argument.IsEmpty ? null : JsonSerializer.Deserialize<TRequest>(argument, ClientEvents.Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
