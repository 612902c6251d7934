using System.CommandLine;
using System.CommandLine.Parsing;

namespace Godzilla.Cli;

/// <summary>The option that says where the gateway is.</summary>
internal static class ServerOption
{
    private const string Default = "http://localhost:8080";

    /// <param name="name">Such as <c>--url</c>.</param>
    /// <param name="variable">An environment variable that holds it where the option is missing; none if <see langword="null"/>.</param>
    public static Option<Uri> Create(string name, string? variable = null) => new(name)
    {
        Description = $"Where the gateway is{(variable is null ? "" : $"; or the variable {variable}")}.",
        DefaultValueFactory = argument => Parse(variable is not null && Environment.GetEnvironmentVariable(variable) is { Length: > 0 } url ? url : Default, variable ?? name, argument)!,
        CustomParser = argument => Parse(argument.Tokens[0].Value, name, argument),
    };

    private static Uri? Parse(string text, string name, ArgumentResult argument)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
        {
            return url;
        }

        argument.AddError($"{name} must be an address such as {Default}");
        return null;
    }
}
