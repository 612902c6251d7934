using System.Globalization;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Orchestration;

/// <summary>Works out what a resource is started with: its environment variables and its arguments.</summary>
internal sealed class ResourceConfiguration(DistributedApplicationExecutionContext executionContext, ResourceLoggerService loggers)
{
    /// <summary>Works out the environment variables; values that differ between replicas are still tokens.</summary>
    public async Task<Dictionary<string, string>> GetEnvironmentAsync(IResource resource, CancellationToken cancellationToken)
    {
        var context = new EnvironmentCallbackContext(executionContext, resource, cancellationToken: cancellationToken) { Logger = loggers.GetLogger(resource) };
        foreach (var annotation in resource.Annotations.OfType<EnvironmentCallbackAnnotation>().ToArray())
        {
            await annotation.Callback(context);
        }

        var values = new Dictionary<string, string>();
        foreach (var (name, value) in context.EnvironmentVariables)
        {
            if (await ResolveAsync(resource, value, cancellationToken) is { } text)
            {
                values[name] = text;
            }
        }

        return values;
    }

    /// <summary>Works out the arguments; values that differ between replicas are still tokens.</summary>
    public async Task<List<string>> GetArgumentsAsync(IResource resource, CancellationToken cancellationToken)
    {
        var args = new List<object>();
        var context = new CommandLineArgsCallbackContext(args, resource, cancellationToken) { ExecutionContext = executionContext, Logger = loggers.GetLogger(resource) };
        foreach (var annotation in resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>().ToArray())
        {
            await annotation.Callback(context);
        }

        var values = new List<string>();
        foreach (var arg in args)
        {
            if (await ResolveAsync(resource, arg, cancellationToken) is { } text)
            {
                values.Add(text);
            }
        }

        return values;
    }

    /// <summary>Works out the URLs that are shown.</summary>
    public async Task<List<ResourceUrlAnnotation>> GetUrlsAsync(IResource resource, CancellationToken cancellationToken)
    {
        var urls = new List<ResourceUrlAnnotation>();
        foreach (var endpoint in (resource as IResourceWithEndpoints)?.GetEndpoints() ?? [])
        {
            urls.Add(new ResourceUrlAnnotation { Url = endpoint.Url, Endpoint = endpoint });
        }

        urls.AddRange(resource.Annotations.OfType<ResourceUrlAnnotation>());
        var context = new ResourceUrlsCallbackContext(executionContext, resource, urls, cancellationToken) { Logger = loggers.GetLogger(resource) };
        foreach (var annotation in resource.Annotations.OfType<ResourceUrlsCallbackAnnotation>().ToArray())
        {
            await annotation.Callback(context);
        }

        return urls;
    }

    private async Task<string?> ResolveAsync(IResource resource, object value, CancellationToken cancellationToken) => value switch
    {
        string text => text,
        IValueProvider provider => await provider.GetValueAsync(new ValueProviderContext { Caller = resource, ExecutionContext = executionContext }, cancellationToken),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        bool flag => flag.ToString(),
        _ => throw new NotSupportedException($"A value of type {value.GetType().Name} is not covered in a resource's variables and arguments."),
    };
}
