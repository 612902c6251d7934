using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Adds commands.</summary>
public static class ExecutableResourceBuilderExtensions
{
    /// <summary>Adds a command.</summary>
    /// <param name="builder">The application's builder.</param>
    /// <param name="name">The resource's name.</param>
    /// <param name="command">A path or a name on <c>PATH</c>.</param>
    /// <param name="workingDirectory">The directory in which it runs, relative to the app host's.</param>
    /// <param name="args">Its arguments.</param>
    public static IResourceBuilder<ExecutableResource> AddExecutable(this IDistributedApplicationBuilder builder, string name, string command, string workingDirectory, params string[]? args)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(workingDirectory);
        var directory = Path.GetFullPath(workingDirectory, builder.AppHostDirectory);
        var added = builder.AddResource(new ExecutableResource(name, command, directory));
        return args is { Length: > 0 } ? added.WithArgs(args) : added;
    }
}
