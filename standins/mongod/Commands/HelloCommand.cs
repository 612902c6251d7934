using Mongod.Wire;
using MongoDB.Bson;

namespace Mongod.Commands;

/// <summary>Says what this server is. A client that names the state it knows waits for another one, and there never is.</summary>
internal sealed class HelloCommand(AuthenticationCommands authentication, TimeProvider time)
{
    private const int MaxWireVersion = 21;
    private const int SessionTimeoutMinutes = 30;

    private readonly ObjectId _processId = ObjectId.GenerateNewId();

    internal IEnumerable<KeyValuePair<string, CommandHandler>> Create() =>
    [
        new("hello", RunAsync),
        new("isMaster", RunAsync),
        new("ismaster", RunAsync),
    ];

    internal static bool IsHello(string name) => name is "hello" or "isMaster" or "ismaster";

    /// <summary>Whether <paramref name="command"/> waits, and so may be answered again and again.</summary>
    internal static bool Waits(Command command) => IsHello(command.Name) && command.Body.Contains("maxAwaitTimeMS");

    private async ValueTask<BsonDocument> RunAsync(Command command, CancellationToken cancellationToken)
    {
        if (Wait(command.Body) is { } wait)
        {
            await Task.Delay(wait, time, cancellationToken);
        }

        var reply = new BsonDocument();
        if (command.Body.GetValue("helloOk", BsonBoolean.False).ToBoolean())
        {
            reply.Add("helloOk", true);
        }

        if (command.Body.GetValue("saslSupportedMechs", BsonNull.Value).IsString)
        {
            // The same for every name: the answer does not say who exists.
            reply.Add("saslSupportedMechs", new BsonArray { AuthenticationCommands.Mechanism });
        }

        if (command.Body.GetValue("speculativeAuthenticate", BsonNull.Value) is BsonDocument signIn
            && authentication.StartSpeculatively(command.Client, signIn) is { } started)
        {
            reply.Add("speculativeAuthenticate", started);
        }

        return reply
            .Add(command.Name == "hello" ? "isWritablePrimary" : "ismaster", true)
            .Add("topologyVersion", new BsonDocument { { "processId", _processId }, { "counter", 0L } })
            .Add("maxBsonObjectSize", WireLimits.MaxDocumentLength)
            .Add("maxMessageSizeBytes", WireLimits.MaxMessageLength)
            .Add("maxWriteBatchSize", WireLimits.MaxWriteBatch)
            .Add("localTime", time.GetUtcNow().UtcDateTime)
            .Add("logicalSessionTimeoutMinutes", SessionTimeoutMinutes)
            .Add("connectionId", (int)command.Client.ConnectionId)
            .Add("minWireVersion", 0)
            .Add("maxWireVersion", MaxWireVersion)
            .Add("readOnly", false);
    }

    /// <summary>How long to wait, if at all.</summary>
    private TimeSpan? Wait(BsonDocument body)
    {
        var known = body.GetValue("topologyVersion", null);
        var limit = body.GetValue("maxAwaitTimeMS", null);
        if (known is null && limit is null)
        {
            return null;
        }

        if (known is null || limit is null)
        {
            throw Refused(31368, known is null
                ? "A request with 'maxAwaitTimeMS' must include a 'topologyVersion'"
                : "A request with a 'topologyVersion' must include 'maxAwaitTimeMS'");
        }

        if (known is not BsonDocument version || version.GetValue("processId", null) is not BsonObjectId processId || version.GetValue("counter", null) is not BsonInt64 counter)
        {
            throw new CommandException(14, "TypeMismatch", "BSON field 'topologyVersion' must have an objectId 'processId' and a long 'counter'");
        }

        if (!limit.IsNumeric)
        {
            throw new CommandException(14, "TypeMismatch", "BSON field 'maxAwaitTimeMS' must be a number");
        }

        var milliseconds = limit.ToDouble();
        if (!(milliseconds >= 0))
        {
            throw Refused(31373, "maxAwaitTimeMS must be a non-negative integer");
        }

        if (counter.Value < 0)
        {
            throw Refused(31372, "topologyVersion must have a non-negative counter");
        }

        if (processId.Value != _processId)
        {
            return null;
        }

        return counter.Value == 0
            ? TimeSpan.FromMilliseconds(Math.Min(milliseconds, int.MaxValue))
            : throw Refused(31382, $"Received a topology version with counter: {counter.Value} which is greater than the server topology version counter: 0");
    }

    private static CommandException Refused(int code, string message) => new(code, $"Location{code}", message);
}
