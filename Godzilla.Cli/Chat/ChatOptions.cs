namespace Godzilla.Cli.Chat;

/// <summary>What the command line says.</summary>
/// <param name="Server">Where the gateway is.</param>
/// <param name="User">Whose name to sign in with, or none.</param>
/// <param name="IsNew">Whether to register them first.</param>
/// <param name="SessionFile">A session of HTTPie to take over, or none.</param>
/// <param name="Discussion">The discussion to open: its id, its title or <c>lobby</c>.</param>
internal sealed record ChatOptions(Uri Server, string? User, bool IsNew, string? SessionFile, string Discussion);
