namespace Mongod;

/// <summary>The server cannot start. The exit codes are those of MongoDB's own server.</summary>
internal sealed class StartException(int exitCode, string message) : Exception(message)
{
    internal const int BadOptions = 2;
    internal const int CannotListen = 48;
    internal const int DataUnusable = 100;

    internal int ExitCode => exitCode;
}
