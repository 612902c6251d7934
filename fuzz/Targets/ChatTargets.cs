using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Godzilla.Chat.Discussions;
using Godzilla.Chat.Messages;
using Godzilla.Chat.SocketIo;

namespace Godzilla.Fuzz.Targets;

/// <summary>What comes over sockets and in the paths of Chat.</summary>
internal static class ChatTargets
{
    public static IReadOnlyList<Target> All { get; } =
    [
        new("socketio-packet", Packet, "2[\"", "\"]", "51-", "/admin,", "{\"_placeholder\":true,\"num\":0}", "\\u006d", "\\ud800", "connect", "message"),
        new("message-draft", Draft, "\n", "\t", "\u009b", "\ud83d\ude00", "\u200b"),
        new("chat-cursor", Cursor, "lobby", "-", "000000000000000000000000", "253402300799999"),
    ];

    private static void Packet(ReadOnlySpan<byte> input)
    {
        // A WebSocket refuses a text that is not UTF-8.
        if (!Utf8.IsValid(input) || !Godzilla.Chat.SocketIo.Packet.TryParse(input, out var packet))
        {
            return;
        }

        Rule.Holds(packet.Attachments is >= 0 and <= Godzilla.Chat.SocketIo.Packet.MaxAttachments, "no more attachments than allowed");
        Rule.Holds(packet.Id is null or >= 0, "an id is a count");
        _ = packet.IsEvent("message"u8);
        _ = Frame.InvalidNamespace(packet.Namespace);
        if (packet.Argument.IsEmpty)
        {
            return;
        }

        using var argument = JsonDocument.Parse(packet.Argument.ToArray());
        Read<SendRequest>(packet.Argument);
        Read<HistoryRequest>(packet.Argument);
        Read<TypingRequest>(packet.Argument)?.IsTyping();
    }

    private static T? Read<T>(ReadOnlySpan<byte> argument)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(argument, ClientEvents.Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Draft(ReadOnlySpan<byte> input)
    {
        // Two bytes a character, so that there are halves of surrogate pairs.
        var text = Encoding.Unicode.GetString(input[..^(input.Length % 2)]);
        var chars = new char[input.Length / 2];
        for (var at = 0; at < chars.Length; at++)
        {
            chars[at] = (char)(input[2 * at] | (input[(2 * at) + 1] << 8));
        }

        foreach (var candidate in new[] { text, new string(chars), Encoding.UTF8.GetString(input) })
        {
            if (Godzilla.Chat.Messages.Draft.TryCreate(candidate, candidate[..Math.Min(candidate.Length, 100)], out var draft, out _))
            {
                Rule.Holds(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(draft.Text)) == draft.Text, "a text is text in UTF-8");
                Rule.Holds(!draft.Text.Any(character => char.IsControl(character) && character is not ('\t' or '\n')), "a text acts on no terminal");
            }

            var cleaned = TextRule.Clean(candidate);
            Rule.Holds(!cleaned.Any(character => char.IsControl(character) && character is not ('\t' or '\n')), "a cleaned text acts on no terminal");
        }
    }

    private static void Cursor(ReadOnlySpan<byte> input)
    {
        var text = Encoding.UTF8.GetString(input);
        if (DiscussionCursor.TryParse(text, out var cursor))
        {
            Rule.Holds(DiscussionCursor.TryParse(cursor.ToString(), out var again) && again == cursor, "a cursor is read as it is written");
        }

        if (DiscussionId.TryParse(text, out var id))
        {
            Rule.Holds(DiscussionId.TryParse(id.ToString(), out var again) && again == id, "an id is read as it is written");
        }
    }
}
