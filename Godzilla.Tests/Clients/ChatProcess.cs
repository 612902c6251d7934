using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Godzilla.Tests.Clients;

/// <summary>The terminal client in a process of its own, with pipes or under a pseudo terminal.</summary>
internal sealed partial class ChatProcess : IDisposable
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(40);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private readonly Task _read;

    private ChatProcess(ProcessStartInfo start, Uri server)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        start.StandardOutputEncoding = start.StandardErrorEncoding = Encoding.UTF8;
        start.Environment["SERVER_URL"] = server.ToString();
        start.Environment["TZ"] = "UTC";
        start.Environment["TERM"] = "xterm";
        start.Environment.Remove("NO_COLOR");
        start.Environment.Remove("DISCUSSION_ID");
        _process = Process.Start(start)!;
        _read = Task.WhenAll(ReadAsync(_process.StandardOutput, _output), ReadAsync(_process.StandardError, _errors));
    }

    /// <summary>Everything that it wrote so far.</summary>
    public string Output => Locked(_output);

    public string Errors => Locked(_errors);

    /// <summary>What it wrote, without the sequences that move the cursor and change colours.</summary>
    public string Text => Sequence().Replace(Output, "");

    /// <summary>The lines that it wrote, without their times.</summary>
    public IReadOnlyList<string> Lines => WithoutTimes(Text);

    /// <summary>The lines of a text, without their times.</summary>
    public static IReadOnlyList<string> WithoutTimes(string text) =>
        [.. text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(line => Time().Replace(line, ""))];

    /// <summary>Starts it as a script does.</summary>
    public static ChatProcess Start(Uri server, params string[] arguments) => new(new ProcessStartInfo("dotnet", [Program, "chat", .. arguments]), server);

    /// <summary>Starts it under a pseudo terminal: <c>script</c> is on every Debian.</summary>
    /// <param name="arguments">Without blanks.</param>
    public static ChatProcess StartInTerminal(Uri server, params string[] arguments) => StartInTerminal(server, columns: 100, arguments);

    /// <summary>The same with another width.</summary>
    public static ChatProcess StartInTerminal(Uri server, int columns, params string[] arguments) => new(
        new ProcessStartInfo("script", ["-qfec", $"stty cols {columns} rows 24; exec dotnet {Program} chat {string.Join(' ', arguments)}", "/dev/null"]), server);

    /// <summary>Writes a session file for it, as HTTPie does.</summary>
    /// <returns>The file.</returns>
    public static string SessionFile(Person person)
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("godzilla-chat-").FullName, "session.json");
        File.WriteAllText(file, $$"""{"cookies":[{"name":"auth_token","value":"{{person.Token}}"}]}""");
        return file;
    }

    /// <summary>Writes lines to its input.</summary>
    public async Task EnterAsync(params string[] lines)
    {
        foreach (var line in lines)
        {
            await TypeAsync(line + "\n");
        }
    }

    /// <summary>Presses keys.</summary>
    public async Task TypeAsync(string keys)
    {
        await _process.StandardInput.WriteAsync(keys);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Ends its input.</summary>
    public void EndInput() => _process.StandardInput.Close();

    /// <summary>Waits until what it wrote has a text.</summary>
    /// <param name="after">Where to look from: what comes later than that many characters.</param>
    public async Task ShowsAsync(string text, int after = 0)
    {
        try
        {
            await Eventually.TrueAsync(() => Text.Length > after && Text.IndexOf(text, after, StringComparison.Ordinal) >= 0, text);
        }
        catch (TimeoutException exception)
        {
            throw new TimeoutException($"It does not show '{text}': {Output} {Errors}", exception);
        }
    }

    /// <summary>Waits until it has ended and all that it wrote is here.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> ExitCodeAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(TimeLimit);
        await _read.WaitAsync(TimeLimit);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private static DirectoryInfo TestOutput { get; } = new(AppContext.BaseDirectory);

    /// <summary>The repository's folder.</summary>
    public static string Root { get; } = TestOutput.Parent!.Parent!.Parent!.Parent!.FullName;

    private static string Program { get; } = Path.Combine(Root, "Godzilla.Cli", "bin", TestOutput.Parent!.Name, TestOutput.Name, "Godzilla.Cli.dll");

    private static async Task ReadAsync(StreamReader from, StringBuilder to)
    {
        var buffer = new char[4096];
        while (await from.ReadAsync(buffer) is > 0 and var count)
        {
            lock (to)
            {
                to.Append(buffer, 0, count);
            }
        }
    }

    private static string Locked(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }

    [GeneratedRegex("\u001b(\\[[0-9;?]*[A-Za-z]|[78=>])", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Sequence();

    [GeneratedRegex("^[0-9]{2}:[0-9]{2}:[0-9]{2} ", RegexOptions.CultureInvariant)]
    private static partial Regex Time();
}
