using Mongod.Authentication;
using MongoDB.Bson;

namespace Mongod.Commands;

/// <summary>Signs clients in and out, with SCRAM-SHA-256.</summary>
/// <param name="users">Who may sign in; null where everybody may do everything without it.</param>
internal sealed class AuthenticationCommands(ScramUsers? users)
{
    internal const string Mechanism = "SCRAM-SHA-256";

    private const int ConversationId = 1;

    internal bool IsRequired => users is not null;

    internal IEnumerable<KeyValuePair<string, CommandHandler>> Create() =>
    [
        new("saslStart", (command, _) => new(Start(command.Client, command.Body, command.Database))),
        new("saslContinue", (command, _) => new(Continue(command))),
        new("logout", (command, _) => new(Logout(command.Client))),
    ];

    /// <summary>Begins a sign-in within <c>hello</c>, which saves a round trip; null if it cannot be, and the client then begins it anew.</summary>
    internal BsonDocument? StartSpeculatively(Client client, BsonDocument request)
    {
        try
        {
            return Start(client, request, request.GetValue("db", "admin") is BsonString database ? database.Value : "");
        }
        catch (CommandException)
        {
            return null;
        }
    }

    private static BsonDocument Logout(Client client)
    {
        client.User = null;
        client.SignIn = null;
        return [];
    }

    private BsonDocument Start(Client client, BsonDocument request, string database)
    {
        client.SignIn = null;
        var mechanism = request.GetValue("mechanism", BsonNull.Value) is BsonString name ? name.Value : "";
        if (mechanism != Mechanism)
        {
            throw new CommandException(334, "MechanismUnavailable", $"Received authentication for mechanism {mechanism} which is not enabled");
        }

        var skips = request.GetValue("options", BsonNull.Value) is BsonDocument options
            && options.GetValue("skipEmptyExchange", BsonBoolean.False).ToBoolean();
        // Users are kept in the database admin; in another one nobody is known.
        if (users is null || database != "admin" || ScramConversation.Start(users, Payload(request), skips) is not { } conversation)
        {
            throw Failed();
        }

        client.SignIn = conversation;
        return Reply(conversation.FirstReply, done: false);
    }

    private static BsonDocument Continue(Command command)
    {
        var client = command.Client;
        if (client.SignIn is not { } conversation)
        {
            throw new CommandException(17, "ProtocolError", "No SASL session state found");
        }

        if (!command.Body.GetValue("conversationId", BsonNull.Value).Equals((BsonValue)ConversationId))
        {
            client.SignIn = null;
            throw new CommandException(17, "ProtocolError", "sasl: Mismatched conversation id");
        }

        if (conversation.Continue(Payload(command.Body)) is not { } reply)
        {
            client.SignIn = null;
            throw Failed();
        }

        if (conversation.IsDone)
        {
            client.SignIn = null;
            client.User = conversation.Name;
        }

        return Reply(reply, conversation.IsDone);
    }

    // Some clients send the bytes as base64 text.
    private static byte[] Payload(BsonDocument request)
    {
        switch (request.GetValue("payload", BsonNull.Value))
        {
            case BsonBinaryData binary:
                return binary.Bytes;
            case BsonString text:
                var bytes = new byte[text.Value.Length];
                return Convert.TryFromBase64String(text.Value, bytes, out var length) ? bytes[..length] : throw Failed();
            default:
                throw Failed();
        }
    }

    private static BsonDocument Reply(byte[] payload, bool done) => new()
    {
        { "conversationId", ConversationId },
        { "done", done },
        { "payload", payload },
    };

    private static CommandException Failed() => new(18, "AuthenticationFailed", "Authentication failed.");
}
