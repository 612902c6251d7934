using System.Globalization;
using System.Threading.Channels;
using Godzilla.Cli.Chat.Server;

namespace Godzilla.Cli.Chat.Terminal;

/// <summary>One line for each event, without colours and without moving the cursor: for scripts and screen readers.</summary>
/// <param name="input">Lines of the user.</param>
/// <param name="output">Events.</param>
/// <param name="errors">Errors and questions.</param>
/// <param name="isTerminal">Whether a person types the input.</param>
/// <param name="time">The clock.</param>
internal sealed class PlainScreen(TextReader input, TextWriter output, TextWriter errors, bool isTerminal, TimeProvider time) : IScreen
{
    // Lines that a script writes faster than they are sent wait in its pipe.
    private readonly Channel<string> _lines = Channel.CreateBounded<string>(16);
    private Status _status = Status.None;
    private TaskCompletionSource<string?>? _question;
    private bool _isReading;

    public bool HasStateLine => false;

    public bool CanAsk => isTerminal;

    // Never called: a line comes whole, nobody sees how it is typed.
    public Action<string>? Typed { get; set; }

    public async Task<string?> ReadAsync(CancellationToken cancellationToken)
    {
        StartReading();
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
        if (!isTerminal)
        {
            return await ReadAsync(cancellationToken);
        }

        await errors.WriteAsync($"{VisibleText.Line(question)}: ");
        var answer = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var noEcho = isSecret ? Tty.NoEcho() : null;

        // The next line is the answer, also where somebody waits for a line to send.
        Volatile.Write(ref _question, answer);
        StartReading();
        var line = await answer.Task.WaitAsync(cancellationToken);
        if (isSecret)
        {
            await errors.WriteLineAsync();
        }

        return line;
    }

    public void Message(Message message, bool isOwn) => Write(message.CreatedAt, $"{message.UserId}: {(message.Deleted ? "(deleted)" : message.Text)}");

    public void Change(Message message, bool isOwn) =>
        Write(message.CreatedAt, message.Deleted ? $"{message.UserId} deleted this message" : $"{message.UserId} edited this message: {message.Text}");

    public void Notice(string text) => Write(time.GetUtcNow().UtcDateTime, text.StartsWith("---", StringComparison.Ordinal) ? text : $"-- {text}");

    public void Error(string text) => errors.WriteLine($"chat: {VisibleText.Line(text)}");

    public void Update(Status status)
    {
        if (status.Link != _status.Link && status.Link != LinkState.Connecting)
        {
            Notice((status with { RetryIn = null }).LinkInWords);
        }

        _status = status;
    }

    public void Return(string text, string why) => Error($"Not sent ({why}): {text}");

    public void Dispose() => output.Flush();

    private void Write(DateTime at, string text)
    {
        output.WriteLine($"{at.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture)} {VisibleText.Line(text)}");
        output.Flush();
    }

    // A thread of its own: reading a terminal or a pipe cannot be cancelled.
    private void StartReading()
    {
        if (!_isReading)
        {
            _isReading = true;
            new Thread(ReadOn) { IsBackground = true, Name = "input" }.Start();
        }
    }

    private void ReadOn()
    {
        try
        {
            while (input.ReadLine() is { } line)
            {
                if (Interlocked.Exchange(ref _question, null) is { } question)
                {
                    question.TrySetResult(line);
                }
                else
                {
                    _lines.Writer.WriteAsync(line).AsTask().GetAwaiter().GetResult();
                }
            }
        }
        catch (IOException)
        {
            // The terminal is gone.
        }

        _lines.Writer.Complete();
        Interlocked.Exchange(ref _question, null)?.TrySetResult(null);
    }
}
