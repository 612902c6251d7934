using System.Globalization;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Orchestration;

/// <summary>Works out what a resource is started with. Values that differ between replicas are still tokens.</summary>
internal sealed class ResourceConfiguration(DistributedApplicationExecutionContext executionContext)
{
    public async Task<Dictionary<string, string>> GetEnvironmentAsync(IResource resource, CancellationToken cancellationToken)
    {
        var context = new EnvironmentCallbackContext(executionContext, resource, cancellationToken);
        foreach (var annotation in resource.Annotations.OfType<EnvironmentCallbackAnnotation>().ToArray())
        {
            await annotation.Callback(context);
        }

        var values = new Dictionary<string, string>();
        foreach (var (name, value) in context.EnvironmentVariables)
        {
            if (await ResolveAsync(value, cancellationToken) is { } text)
            {
                values[name] = text;
            }
        }

        return values;
    }

    public static async Task<List<string>> GetArgumentsAsync(IResource resource, CancellationToken cancellationToken)
    {
        var context = new CommandLineArgsCallbackContext(resource, cancellationToken);
        foreach (var annotation in resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>().ToArray())
        {
            annotation.Callback(context);
        }

        var values = new List<string>();
        foreach (var arg in context.Args)
        {
            if (await ResolveAsync(arg, cancellationToken) is { } text)
            {
                values.Add(text);
            }
        }

        return values;
    }

    public static List<ResourceUrlAnnotation> GetUrls(IResource resource)
    {
        List<ResourceUrlAnnotation> urls =
        [
            .. ((resource as IResourceWithEndpoints)?.GetEndpoints() ?? []).Select(e => new ResourceUrlAnnotation { Url = e.Url, Endpoint = e }),
            .. resource.Annotations.OfType<ResourceUrlAnnotation>(),
        ];
        foreach (var annotation in resource.Annotations.OfType<ResourceUrlsCallbackAnnotation>().ToArray())
        {
            annotation.Callback(new ResourceUrlsCallbackContext(resource, urls));
        }

        return urls;
    }

    private static async Task<string?> ResolveAsync(object value, CancellationToken cancellationToken) => value switch
    {
        string text => text,
        IValueProvider provider => await provider.GetValueAsync(cancellationToken),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        bool flag => flag.ToString(),
        _ => throw new NotSupportedException($"A value of type {value.GetType().Name} is not supported in a resource's variables and arguments."),
    };
}
