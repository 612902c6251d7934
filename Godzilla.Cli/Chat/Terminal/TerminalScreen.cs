using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using System.Threading.Channels;
using Godzilla.Cli.Chat.Server;
using Microsoft.Win32.SafeHandles;
using Spectre.Console;

namespace Godzilla.Cli.Chat.Terminal;

/// <summary>
/// Messages scroll by in the terminal's own scrollback. Below them are two rows that are drawn anew with each change: what the user types, and
/// the state. The state comes last so that a terminal that re-wraps rows when it is resized cannot move the typed line: what must be erased
/// always begins at the cursor's own row.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal sealed class TerminalScreen : IScreen
{
    private const string ClearToEnd = "\r\u001b[J";
    private const string BracketedPaste = "\u001b[?2004h";

    // .NET itself switches the keypad's application mode on, and leaves it on.
    private const string Restore = "\u001b[?2004l\u001b[?1l\u001b>";
    private const string NoWrap = "\u001b[?7l";
    private const string Wrap = "\u001b[?7h";
    private const string SaveCursor = "\u001b7";
    private const string RestoreCursor = "\u001b8";
    private const int TimeWidth = 9;
    private const int ShortestLine = 20;

    // Rows that begin here cannot pass for a message, which begins with its time.
    private static readonly string Indent = new(' ', TimeWidth);

    private readonly Loop _loop;
    private readonly TimeProvider _time;
    private readonly Stream _output;
    private readonly StringWriter _rendered = new(CultureInfo.InvariantCulture);
    private readonly IAnsiConsole _console;
    private readonly InputLine _line = new();
    private readonly InputLine _answerLine = new();
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly PosixSignalRegistration[] _signals;
    private IDisposable _raw = Tty.Raw();
    private (string Text, bool IsSecret, TaskCompletionSource<string?> Answer)? _question;
    private Status _status = Status.None;

    // Keys and signals may still come afterwards.
    private bool _isClosed;

    // The column of the cursor when it was drawn; -1 if nothing is drawn.
    private int _column = -1;

    public TerminalScreen(Loop loop, TimeProvider time)
    {
        (_loop, _time) = (loop, time);
        _output = Console.OpenStandardOutput();
        _console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.Yes, Interactive = InteractionSupport.No, Out = new AnsiConsoleOutput(_rendered) });
        _console.Profile.Width = int.MaxValue; // It must not break rows: these are broken, or fitted, before.
        _signals =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => loop.Post(Redraw)),
            PosixSignalRegistration.Create(PosixSignal.SIGCONT, _ => loop.Post(Continue)),
        ];
        Write(BracketedPaste);
        Redraw();
        new Thread(ReadKeys) { IsBackground = true, Name = "keys" }.Start();
    }

    public bool HasStateLine => true;

    public bool CanAsk => true;

    public Action<string>? Typed { get; set; }

    private InputLine Line => _question is null ? _line : _answerLine;

    public async Task<string?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _lines.Reader.ReadAsync(cancellationToken);
        }
        catch (ChannelClosedException)
        {
            return null;
        }
    }

    public async Task<string?> AskAsync(string question, bool isSecret, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _question = (question, isSecret, answer);
        Redraw();
        return await answer.Task.WaitAsync(cancellationToken);
    }

    public void Message(Message message, bool isOwn)
    {
        var name = new Style(isOwn ? Color.Blue : Color.Green);
        if (message.Deleted)
        {
            Print(message.CreatedAt, (message.UserId, name), "(deleted)", new Style(decoration: Decoration.Dim));
        }
        else
        {
            Print(message.CreatedAt, (message.UserId + ":", name), message.Text, Style.Plain);
        }
    }

    public void Change(Message message, bool isOwn)
    {
        var name = (message.UserId, new Style(isOwn ? Color.Blue : Color.Green));
        Print(message.CreatedAt, name, message.Deleted ? "deleted this message" : $"edited this message: {message.Text}", Style.Plain);
    }

    public void Notice(string text) => Print(_time.GetUtcNow().UtcDateTime, name: null, text, new Style(Color.Yellow));

    public void Error(string text) => Print(_time.GetUtcNow().UtcDateTime, name: null, text, new Style(Color.Red));

    public void Update(Status status)
    {
        _status = status;
        Redraw();
    }

    public void Return(string text, string why)
    {
        // Not into the line: the user may be typing the next by now.
        _line.Remember(text.StartsWith('/') ? "/" + text : text);
        Error($"Not sent: {why} (the up key has the text)");
    }

    public void Dispose()
    {
        foreach (var signal in _signals)
        {
            signal.Dispose();
        }

        Leave();
        _isClosed = true;
        _output.Dispose();
        _rendered.Dispose();
    }

    private void Leave()
    {
        Write(Erase() + Restore);
        _column = -1;
        _raw.Dispose();
    }

    // After Ctrl+Z and fg the terminal has the shell's modes.
    private void Continue()
    {
        if (_isClosed)
        {
            return;
        }

        _raw.Dispose();
        _raw = Tty.Raw();
        Write(BracketedPaste);
        Redraw();
    }

    private void ReadKeys()
    {
        using var input = new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);
        var decoder = new KeyDecoder();
        var buffer = new byte[4096];
        try
        {
            while (input.Read(buffer) is > 0 and var count)
            {
                var keys = decoder.Decode(buffer.AsSpan(0, count));
                _loop.Post(() => Pressed(keys));
            }
        }
        catch (IOException)
        {
            // The terminal is gone.
        }

        _loop.Post(End);
    }

    private void Pressed(IReadOnlyList<Key> keys)
    {
        foreach (var key in keys)
        {
            switch (key.Kind)
            {
                case KeyKind.Enter:
                    Enter();
                    break;
                case KeyKind.Interrupt or KeyKind.EndOfInput when Line.Text.Length == 0:
                    End();
                    break;
                case KeyKind.Interrupt:
                    Line.Take(remember: _question is null);
                    Typed?.Invoke("");
                    break;
                case KeyKind.Suspend:
                    Leave();
                    Tty.Stop();
                    return;
                default:
                    if (Line.Apply(key) && _question is null)
                    {
                        Typed?.Invoke(_line.Text);
                    }

                    break;
            }
        }

        Redraw();
    }

    private void Enter()
    {
        if (_question is { } question)
        {
            // No history keeps a password.
            _question = null;
            question.Answer.TrySetResult(_answerLine.Take(remember: false));
        }
        else
        {
            _lines.Writer.TryWrite(_line.Take(remember: true));
        }
    }

    private void End()
    {
        if (_question is { } question)
        {
            _question = null;
            question.Answer.TrySetResult(null);
        }

        _lines.Writer.TryWrite("/quit");
    }

    private void Print(DateTime at, (string Text, Style Style)? name, string text, Style style)
    {
        // Never as markup: what is no markup needs no escaping.
        var output = new StringBuilder(Erase());
        var width = Tty.Size().Columns - 1;
        var prefix = name is null ? "" : VisibleText.Line(name.Value.Text) + " ";
        var first = width - TimeWidth - Cells.Width(prefix);
        var isFirst = true;
        foreach (var row in VisibleText.Lines(text).SelectMany((line, number) => Cells.Wrap(line, number == 0 ? first : width - TimeWidth, width - TimeWidth)))
        {
            output.Append(isFirst
                ? Render(
                    (at.ToLocalTime().ToString("HH:mm:ss ", CultureInfo.InvariantCulture), new Style(decoration: Decoration.Dim)),
                    (prefix, name?.Style ?? Style.Plain),
                    (row, style))
                : Render((Indent, Style.Plain), (row, style)));
            output.Append("\r\n");
            isFirst = false;
        }

        Write(output.Append(Bottom()).ToString());
    }

    private void Redraw()
    {
        if (!_isClosed)
        {
            Write(Erase() + Bottom());
        }
    }

    // A terminal that was made narrower may have wrapped the typed line, and the cursor with it.
    private string Erase()
    {
        if (_column < 0)
        {
            return "";
        }

        var rowsUp = _column / Math.Max(1, Tty.Size().Columns);
        return (rowsUp > 0 ? string.Create(CultureInfo.InvariantCulture, $"\u001b[{rowsUp}A") : "") + ClearToEnd;
    }

    private string Bottom()
    {
        var width = Tty.Size().Columns - 1;
        var prompt = _question is { } asked
            ? Cells.Fit(VisibleText.Line(asked.Text), width - ShortestLine) + ": "
            : Cells.Fit(VisibleText.Line(_status.Room), width / 2) + "> ";
        var (before, after) = _question is { IsSecret: true } ? ("", "") : Line.View(width - Cells.Width(prompt));
        _column = Cells.Width(prompt) + Cells.Width(before);
        var typed = Render((prompt, new Style(decoration: Decoration.Bold)), (before, Style.Plain));

        // The newline first, to make place for the state at the end of the window.
        return $"\r\n\u001b[A{NoWrap}{typed}{SaveCursor}{Render((after, Style.Plain))}\r\u001b[B{State(width)}{RestoreCursor}{Wrap}";
    }

    private string State(int width)
    {
        var dim = new Style(decoration: Decoration.Dim);
        var colour = _status.Link switch
        {
            LinkState.Connected => Color.Green,
            LinkState.SignedOut => Color.Red,
            _ => Color.Yellow,
        };
        var parts = new List<(string Text, Style Style)> { ($"[{_status.LinkInWords}]", new Style(colour)) };
        if (_status.Waiting > 0)
        {
            parts.Add((string.Create(CultureInfo.InvariantCulture, $" {_status.Waiting} not sent yet: {_status.WaitingText}{(_status.Unread > 0 ? ";" : "")}"), new Style(Color.Yellow)));
        }

        if (_status.Unread > 0)
        {
            parts.Add((string.Create(CultureInfo.InvariantCulture, $" {_status.Unread} unread elsewhere"), dim));
        }

        if (_status.Typing is not [])
        {
            parts.Add(($" {Rooms.Conversation.Names(_status.Typing)} {(_status.Typing.Count == 1 ? "is" : "are")} typing...", new Style(decoration: Decoration.Dim | Decoration.Italic)));
        }

        var fitted = new List<(string, Style)>();
        foreach (var (text, style) in parts)
        {
            var fitting = Cells.Fit(VisibleText.Line(text), width);
            width -= Cells.Width(fitting);
            fitted.Add((fitting, style));
        }

        return Render([.. fitted]);
    }

    private string Render(params ReadOnlySpan<(string Text, Style Style)> parts)
    {
        foreach (var (text, style) in parts)
        {
            if (text.Length > 0)
            {
                _console.Write(new Text(text, style));
            }
        }

        var rendered = _rendered.ToString();
        _rendered.GetStringBuilder().Clear();
        return rendered;
    }

    private void Write(string text)
    {
        try
        {
            _output.Write(Encoding.UTF8.GetBytes(text));
        }
        catch (IOException)
        {
            // The terminal is gone. The thread that reads it knows too, and ends the client.
        }
    }
}
