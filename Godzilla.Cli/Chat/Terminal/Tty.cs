using System.Runtime.InteropServices;

namespace Godzilla.Cli.Chat.Terminal;

/// <summary>
/// The modes of the terminal on standard input. .NET's own Console edits lines and echoes for itself, which leaves nothing for what arrives
/// while one types.
/// </summary>
internal static partial class Tty
{
    private const int Input = 0;
    private const int Output = 1;

    // More than struct termios has anywhere.
    private const int ModesSize = 256;
    private const byte Echo = 0x08;
    private const int StopSignal = 20;
    private const nuint GetWindowSize = 0x5413;
    private static readonly (int Columns, int Rows) Unknown = (80, 24);

    public static bool IsInput => isatty(Input) == 1;

    public static bool IsOutput => isatty(Output) == 1;

    /// <summary>Every byte comes at once, and nothing is echoed or made a signal.</summary>
    /// <returns>Brings back how it was.</returns>
    public static IDisposable Raw() => new Modes(cfmakeraw);

    /// <summary>What is typed is not shown.</summary>
    /// <returns>Brings back how it was.</returns>
    public static IDisposable NoEcho() => new Modes(modes => modes[OperatingSystem.IsMacOS() ? 24 : 12] &= unchecked((byte)~Echo));

    /// <summary>The size of the window; 80 by 24 if the terminal does not know it.</summary>
    public static (int Columns, int Rows) Size()
    {
        if (!OperatingSystem.IsLinux())
        {
            return (Console.WindowWidth, Console.WindowHeight);
        }

        var size = new ushort[4];
        return ioctl(Output, GetWindowSize, size) == 0 && size[1] > 0 ? (size[1], size[0]) : Unknown;
    }

    /// <summary>Stops this process, and with it the job that the shell knows, until the shell continues it.</summary>
    public static void Stop() => _ = kill(0, StopSignal);

    [LibraryImport("libc")]
    private static partial int isatty(int file);

    [LibraryImport("libc")]
    private static partial int tcgetattr(int file, [Out] byte[] modes);

    [LibraryImport("libc")]
    private static partial int tcsetattr(int file, int when, byte[] modes);

    [LibraryImport("libc")]
    private static partial void cfmakeraw([In, Out] byte[] modes);

    [LibraryImport("libc")]
    private static partial int ioctl(int file, nuint request, [Out] ushort[] size);

    [LibraryImport("libc")]
    private static partial int kill(int process, int signal);

    private sealed class Modes : IDisposable
    {
        private readonly byte[] _before = new byte[ModesSize];

        public Modes(Action<byte[]> change)
        {
            _ = tcgetattr(Input, _before);
            var modes = (byte[])_before.Clone();
            change(modes);
            _ = tcsetattr(Input, 0, modes);
        }

        public void Dispose() => _ = tcsetattr(Input, 0, _before);
    }
}
