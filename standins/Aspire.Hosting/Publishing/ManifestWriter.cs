using System.Globalization;
using System.Text.Json;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Publishing;

/// <summary>
/// Writes the resources of an application as Aspire's manifest: those of the model in their order, then what only their values refer to
/// (generated parameters, encoded forms of parameters, conditional values).
/// </summary>
internal sealed class ManifestWriter(Utf8JsonWriter json, string folder, DistributedApplicationExecutionContext executionContext)
{
    private readonly List<ParameterResource> _parameters = [];
    private readonly List<(ParameterResource Parameter, string Format)> _encoded = [];
    private readonly List<ReferenceExpression> _conditionals = [];

    public async Task WriteAsync(DistributedApplicationModel model, CancellationToken cancellationToken)
    {
        json.WriteStartObject();
        json.WriteStartObject("resources");
        foreach (var resource in model.Resources)
        {
            await WriteResourceAsync(resource, cancellationToken);
        }

        for (var i = 0; i < _parameters.Count; i++)
        {
            if (!model.Resources.Contains(_parameters[i]))
            {
                await WriteResourceAsync(_parameters[i], cancellationToken);
            }
        }

        WriteEncoded(_ => true);
        foreach (var conditional in _conditionals)
        {
            json.WriteStartObject(conditional.Name!);
            json.WriteString("type", "value.v0");
            json.WriteString("connectionString", ExpressionOf(await conditional.ChooseAsync(cancellationToken)));
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
        await json.FlushAsync(cancellationToken);
    }

    private async Task WriteResourceAsync(IResource resource, CancellationToken cancellationToken)
    {
        json.WriteStartObject(resource.Name);
        switch (resource)
        {
            case ContainerResource container:
                await WriteContainerAsync(container, cancellationToken);
                break;
            case ProjectResource project:
                json.WriteString("type", "project.v0");
                json.WriteString("path", RelativePath(ProjectLaunch.MetadataOf(project).ProjectPath));
                await WriteProcessAsync(project, cancellationToken);
                break;
            case ExecutableResource executable:
                json.WriteString("type", "executable.v0");
                json.WriteString("workingDirectory", RelativePath(executable.WorkingDirectory));
                json.WriteString("command", executable.Command);
                await WriteProcessAsync(executable, cancellationToken);
                break;
            case ParameterResource parameter:
                WriteParameter(parameter);
                break;
            case IResourceWithConnectionString:
                json.WriteString("type", "value.v0");
                WriteConnectionString(resource);
                break;
            default:
                throw new DistributedApplicationException($"the resource '{resource.Name}' cannot be published: a manifest has no entry for {resource.GetType().Name}");
        }

        json.WriteEndObject();
        WriteEncoded(parameter => parameter == resource);
    }

    private async Task WriteContainerAsync(ContainerResource container, CancellationToken cancellationToken)
    {
        var image = container.Annotations.OfType<ContainerImageAnnotation>().LastOrDefault()
            ?? throw new DistributedApplicationException($"the resource '{container.Name}' cannot be published: it has no image");
        json.WriteString("type", "container.v0");
        WriteConnectionString(container);
        json.WriteString("image", $"{image.Registry}/{image.Image}:{image.Tag}");
        if (container.Entrypoint is { } entrypoint)
        {
            json.WriteString("entrypoint", entrypoint);
        }

        await WriteArgumentsAsync(container, cancellationToken);
        var volumes = container.Annotations.OfType<ContainerMountAnnotation>().ToArray();
        if (volumes.Length > 0)
        {
            json.WriteStartArray("volumes");
            foreach (var volume in volumes)
            {
                json.WriteStartObject();
                json.WriteString("name", volume.Source);
                json.WriteString("target", volume.Target);
                json.WriteBoolean("readOnly", volume.IsReadOnly);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        await WriteEnvironmentAsync(container, cancellationToken);
        WriteBindings(container);
    }

    private async Task WriteProcessAsync(IResource resource, CancellationToken cancellationToken)
    {
        await WriteArgumentsAsync(resource, cancellationToken);
        await WriteEnvironmentAsync(resource, cancellationToken);
        WriteBindings(resource);
    }

    private void WriteConnectionString(IResource resource)
    {
        if (resource is IResourceWithConnectionString connected)
        {
            json.WriteString("connectionString", ExpressionOf(connected.ConnectionStringExpression));
        }
    }

    private async Task WriteArgumentsAsync(IResource resource, CancellationToken cancellationToken)
    {
        var context = new CommandLineArgsCallbackContext(resource, cancellationToken);
        foreach (var annotation in resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>().ToArray())
        {
            annotation.Callback(context);
        }

        if (context.Args.Count > 0)
        {
            json.WriteStartArray("args");
            foreach (var argument in context.Args)
            {
                json.WriteStringValue(ExpressionOf(argument));
            }

            json.WriteEndArray();
        }
    }

    private async Task WriteEnvironmentAsync(IResource resource, CancellationToken cancellationToken)
    {
        var context = new EnvironmentCallbackContext(executionContext, resource, cancellationToken);
        foreach (var annotation in resource.Annotations.OfType<EnvironmentCallbackAnnotation>().ToArray())
        {
            await annotation.Callback(context);
        }

        if (context.EnvironmentVariables.Count > 0)
        {
            json.WriteStartObject("env");
            foreach (var (name, value) in context.EnvironmentVariables)
            {
                json.WriteString(name, ExpressionOf(value));
            }

            json.WriteEndObject();
        }
    }

    private void WriteBindings(IResource resource)
    {
        var endpoints = resource.Annotations.OfType<EndpointAnnotation>().ToArray();
        if (endpoints.Length == 0)
        {
            return;
        }

        // A proxy ends TLS in front of a published project, so its https endpoint leads to the port of http.
        var http = resource is ProjectResource ? endpoints.FirstOrDefault(e => e.UriScheme == "http") : null;
        json.WriteStartObject("bindings");
        foreach (var endpoint in endpoints)
        {
            json.WriteStartObject(endpoint.Name);
            json.WriteString("scheme", endpoint.UriScheme);
            json.WriteString("protocol", endpoint.Protocol.ToString().ToLowerInvariant());
            json.WriteString("transport", resource.HasAnnotationOfType<Http2ServiceAnnotation>() && endpoint.UriScheme is "http" or "https" ? "http2" : endpoint.Transport);
            WritePort("port", endpoint.Port);
            WritePort("targetPort", endpoint.TargetPort ?? (endpoint.UriScheme == "https" ? http?.TargetPort : null));
            if (endpoint.IsExternal)
            {
                json.WriteBoolean("external", true);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();

        void WritePort(string name, int? port)
        {
            if (port is { } number)
            {
                json.WriteNumber(name, number);
            }
        }
    }

    private void WriteParameter(ParameterResource parameter)
    {
        json.WriteString("type", "parameter.v0");
        if (parameter is IResourceWithConnectionString)
        {
            json.WriteString("connectionString", parameter.ValueExpression);
        }

        json.WriteString("value", $"{{{parameter.Name}.inputs.value}}");
        json.WriteStartObject("inputs");
        json.WriteStartObject("value");
        json.WriteString("type", "string");
        if (parameter.Secret)
        {
            json.WriteBoolean("secret", true);
        }

        if (parameter.Default is GenerateParameterDefault generated)
        {
            json.WriteStartObject("default");
            json.WriteStartObject("generate");
            json.WriteNumber("minLength", generated.MinLength);
            WriteIfNot(true, "lower", generated.Lower);
            WriteIfNot(true, "upper", generated.Upper);
            WriteIfNot(true, "numeric", generated.Numeric);
            WriteIfNot(true, "special", generated.Special);
            WriteMinimum("minLower", generated.MinLower);
            WriteMinimum("minUpper", generated.MinUpper);
            WriteMinimum("minNumeric", generated.MinNumeric);
            WriteMinimum("minSpecial", generated.MinSpecial);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();

        void WriteIfNot(bool usual, string name, bool value)
        {
            if (value != usual)
            {
                json.WriteBoolean(name, value);
            }
        }

        void WriteMinimum(string name, int minimum)
        {
            if (minimum > 0)
            {
                json.WriteNumber(name, minimum);
            }
        }
    }

    private void WriteEncoded(Func<ParameterResource, bool> isOf)
    {
        foreach (var (parameter, format) in _encoded.Where(e => isOf(e.Parameter)).ToArray())
        {
            json.WriteStartObject(EncodedName(parameter, format));
            json.WriteString("type", "annotated.string");
            json.WriteString("value", parameter.ValueExpression);
            json.WriteString("filter", format);
            json.WriteEndObject();
            _encoded.Remove((parameter, format));
        }
    }

    /// <summary>What stands in the manifest for a value. It also takes note of what the value refers to.</summary>
    private string ExpressionOf(object value)
    {
        switch (value)
        {
            case string text:
                return text;
            case ReferenceExpression { IsConditional: true } conditional:
                if (_conditionals.TrueForAll(known => known.Name != conditional.Name))
                {
                    _conditionals.Add(conditional);
                }

                return conditional.ValueExpression;
            case ReferenceExpression expression:
                return string.Format(
                    CultureInfo.InvariantCulture,
                    expression.Format,
                    [.. expression.ValueProviders.Select((provider, i) => ExpressionOf(provider, expression.StringFormats[i]))]);
            case ParameterResource parameter:
                if (!_parameters.Contains(parameter))
                {
                    _parameters.Add(parameter);
                }

                return parameter.ValueExpression;
            case IManifestExpressionProvider provider:
                return provider.ValueExpression;
            case IFormattable formattable:
                return formattable.ToString(null, CultureInfo.InvariantCulture);
            case bool flag:
                return flag.ToString();
            default:
                throw new DistributedApplicationException($"a value of type {value.GetType().Name} cannot be published");
        }
    }

    private string ExpressionOf(IValueProvider provider, string? format)
    {
        var expression = ExpressionOf(provider);
        if (format is null || provider is not ParameterResource parameter)
        {
            return expression;
        }

        if (!_encoded.Contains((parameter, format)))
        {
            _encoded.Add((parameter, format));
        }

        return $"{{{EncodedName(parameter, format)}.value}}";
    }

    private static string EncodedName(ParameterResource parameter, string format) => $"{parameter.Name}-{format}-encoded";

    private string RelativePath(string path) => Path.GetRelativePath(folder, Path.GetFullPath(path)).Replace('\\', '/');
}
