using System.Diagnostics;
using System.Globalization;

namespace Aspire.Hosting.Processes;

/// <summary>
/// A shell that ends what this process leaves behind when it is killed. It learns of each child over its standard input; when that ends,
/// which it does with this process in whatever way, the children that are still there are asked to end, and made to three seconds later.
/// Unlike the parent-death signal it reaches what the children started, insists, and is there on every Unix.
/// </summary>
internal sealed class Reaper : IDisposable
{
    private const string Script = """
        trap '' INT TERM HUP QUIT
        exec >/dev/null 2>&1
        all=""
        while read -r what pid; do
          if [ "$what" = + ]; then
            all="$all $pid"
          else
            rest=""
            for p in $all; do [ "$p" = "$pid" ] || rest="$rest $p"; done
            all="$rest"
          fi
        done
        [ -n "$all" ] || exit 0
        for p in $all; do kill -s TERM -- "-$p" || kill -s TERM "$p"; done
        n=0
        while [ $n -lt 30 ]; do
          left=""
          for p in $all; do if kill -s 0 -- "-$p" || kill -s 0 "$p"; then left="$left $p"; fi; done
          [ -n "$left" ] || exit 0
          sleep 0.1
          n=$((n + 1))
        done
        for p in $left; do kill -s KILL -- "-$p"; kill -s KILL "$p"; done
        """;

    private readonly Process _process;
    private readonly Lock _lock = new();

    private Reaper(Process process) => _process = process;

    public static Reaper Start(string? setsid)
    {
        string[] line = setsid is null ? ["/bin/sh", "-c", Script] : [setsid, "/bin/sh", "-c", Script];
        var startInfo = new ProcessStartInfo(line[0], line[1..])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            WorkingDirectory = "/",
        };
        return new Reaper(Process.Start(startInfo)!);
    }

    public void Add(int pid) => Tell('+', pid);

    public void Remove(int pid) => Tell('-', pid);

    public void Dispose()
    {
        lock (_lock)
        {
            _process.StandardInput.Dispose();
        }

        // Nothing is left for it to do, so it ends by itself.
        _process.WaitForExit();
        _process.Dispose();
    }

    private void Tell(char what, int pid)
    {
        lock (_lock)
        {
            try
            {
                _process.StandardInput.Write(string.Create(CultureInfo.InvariantCulture, $"{what} {pid}\n"));
                _process.StandardInput.Flush();
            }
            catch (Exception exception) when (exception is IOException or ObjectDisposedException)
            {
                // Somebody ended the shell. The children still get the system's signal.
            }
        }
    }
}
