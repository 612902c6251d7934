using System.CommandLine;
using System.Text;
using Godzilla.Cli.Chat.Rooms;
using Godzilla.Cli.Chat.Terminal;
using Microsoft.Win32.SafeHandles;

namespace Godzilla.Cli.Chat;

/// <summary><c>chat</c>: talks and listens from a terminal or a script.</summary>
internal static class ChatCommand
{
    private const int Interrupted = 130;

    public static Command Create()
    {
        var server = ServerOption.Create("--server", "SERVER_URL");
        var user = new Option<string?>("--user") { Description = "Your name. The password is asked for, or is the first line of standard input." };
        var register = new Option<bool>("--register") { Description = "Create the account first." };
        var session = new Option<string?>("--session") { Description = "A session file of HTTPie, instead of a name and a password." };
        var plain = new Option<bool>("--plain") { Description = "A line for each event, without colours: for scripts and screen readers." };
        var discussion = new Argument<string>("discussion")
        {
            Description = "The discussion to open: its id, its title or lobby; or the variable DISCUSSION_ID.",
            DefaultValueFactory = _ => Environment.GetEnvironmentVariable("DISCUSSION_ID") is { Length: > 0 } id ? id : Room.LobbyId,
        };
        var command = new Command("chat", "Talks in discussions.") { server, user, register, session, plain, discussion };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            new ChatOptions(
                parsed.GetRequiredValue(server),
                parsed.GetValue(user),
                parsed.GetValue(register),
                parsed.GetValue(session),
                parsed.GetRequiredValue(discussion)),
            parsed.GetValue(plain) || Environment.GetEnvironmentVariable("TERM") is null or "" or "dumb" || !Tty.IsInput || !Tty.IsOutput,
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ChatOptions options, bool isPlain, CancellationToken cancellationToken)
    {
        try
        {
            return await Loop.RunAsync(async loop =>
            {
                using IScreen screen = isPlain || OperatingSystem.IsWindows() ? Plain() : new TerminalScreen(loop, TimeProvider.System);
                using var client = new ChatClient(options, loop, screen, TimeProvider.System);
                return await client.RunAsync(cancellationToken);
            });
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return Interrupted;
        }
        catch (IOException exception)
        {
            // Such as a reader of the output that has gone.
            await Console.Error.WriteLineAsync($"chat: {VisibleText.Line(exception.Message)}");
            return 1;
        }
    }

    // Not Console.In, which edits lines by itself where it is a terminal.
    private static PlainScreen Plain() => new PlainScreen(
        new StreamReader(new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0), Encoding.UTF8),
        new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)),
        Console.Error,
        Tty.IsInput,
        TimeProvider.System);
}
