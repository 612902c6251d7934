using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Orchestration;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting;

/// <summary>Adds values that are given from outside.</summary>
public static class ParameterResourceBuilderExtensions
{
    /// <summary>Adds a parameter whose value is configuration <c>Parameters:name</c>.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, bool secret = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddResource(CreateParameter(builder, name, secret));
    }

    /// <summary>Adds a parameter with a value.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, string value, bool publishValueAsDefault = false, bool secret = false)
    {
        ArgumentNullException.ThrowIfNull(value);
        return builder.AddParameter(name, () => value, publishValueAsDefault, secret);
    }

    /// <summary>Adds a parameter with a value.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, Func<string> valueGetter, bool publishValueAsDefault = false, bool secret = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(valueGetter);
        return publishValueAsDefault && secret
            ? throw new ArgumentException("A secret parameter's value cannot be published as its default.", nameof(secret))
            : builder.AddResource(new ParameterResource(name, d => d?.GetDefaultValue() ?? valueGetter(), secret)
            {
                Default = publishValueAsDefault ? new ConstantParameterDefault(valueGetter) : null,
            });
    }

    /// <summary>Adds a parameter whose value is configuration <c>Parameters:name</c>, or else <paramref name="value"/>'s, kept between runs if so wanted.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, ParameterDefault value, bool secret = false, bool persist = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(value);
        return builder.AddResource(new ParameterResource(name, d => ValueOf(builder.Configuration, name, $"Parameters:{name}", d), secret)
        {
            Default = persist ? Stored(builder, name, value) : value,
        });
    }

    /// <summary>Adds a parameter whose value is a configuration value.</summary>
    public static IResourceBuilder<ParameterResource> AddParameterFromConfiguration(this IDistributedApplicationBuilder builder, string name, string configurationKey, bool secret = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configurationKey);
        return builder.AddResource(new ParameterResource(name, d => ValueOf(builder.Configuration, name, configurationKey, d), secret));
    }

    /// <summary>Adds a connection string that is configuration <c>ConnectionStrings:name</c>.</summary>
    public static IResourceBuilder<IResourceWithConnectionString> AddConnectionString(this IDistributedApplicationBuilder builder, string name, string? environmentVariableName = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddResource(new ConnectionStringParameterResource(
            name,
            _ => builder.Configuration.GetConnectionString(name) ?? throw new MissingParameterValueException(
                $"the connection string '{name}' is missing: set ConnectionStrings:{name} (environment variable ConnectionStrings__{name})"),
            environmentVariableName));
    }

    /// <summary>Says what a parameter is for.</summary>
    public static IResourceBuilder<ParameterResource> WithDescription(this IResourceBuilder<ParameterResource> builder, string description, bool enableMarkdown = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Resource.Description = description;
        builder.Resource.EnableDescriptionMarkdown = enableMarkdown;
        return builder;
    }

    /// <summary>Creates a parameter for a password that is generated when nobody gives one. It is not added to the application.</summary>
    public static ParameterResource CreateDefaultPasswordParameter(
        IDistributedApplicationBuilder builder,
        string name,
        bool lower = true,
        bool upper = true,
        bool numeric = true,
        bool special = true,
        int minLower = 0,
        int minUpper = 0,
        int minNumeric = 0,
        int minSpecial = 0)
    {
        // 22 characters out of at least 55 are more than 127 bits.
        var generated = new GenerateParameterDefault
        {
            MinLength = 22,
            Lower = lower,
            Upper = upper,
            Numeric = numeric,
            Special = special,
            MinLower = minLower,
            MinUpper = minUpper,
            MinNumeric = minNumeric,
            MinSpecial = minSpecial,
        };
        return CreateGeneratedParameter(builder, name, secret: true, generated);
    }

    /// <summary>Creates a parameter whose value is generated, and kept between runs, when nobody gives one. It is not added to the application.</summary>
    public static ParameterResource CreateGeneratedParameter(IDistributedApplicationBuilder builder, string name, bool secret, GenerateParameterDefault parameterDefault)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return new ParameterResource(name, d => ValueOf(builder.Configuration, name, $"Parameters:{name}", d), secret)
        {
            Default = Stored(builder, name, parameterDefault),
        };
    }

    /// <summary>Creates a parameter whose value is configuration <c>Parameters:name</c>. It is not added to the application.</summary>
    public static ParameterResource CreateParameter(IDistributedApplicationBuilder builder, string name, bool secret)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return new ParameterResource(name, d => ValueOf(builder.Configuration, name, $"Parameters:{name}", d), secret);
    }

    private static ParameterDefault Stored(IDistributedApplicationBuilder builder, string name, ParameterDefault value) =>
        builder.ExecutionContext.IsRunMode ? new StoredParameterDefault(name, value, () => DataFolder.Of(builder)) : value;

    private static string ValueOf(ConfigurationManager configuration, string name, string key, ParameterDefault? parameterDefault)
    {
        // Environment variables cannot have hyphens in their names everywhere.
        var value = configuration[key] ?? configuration[key.Replace('-', '_')];
        return value ?? parameterDefault?.GetDefaultValue() ?? throw new MissingParameterValueException(
            $"the parameter '{name}' has no value: set {key} (environment variable {key.Replace(":", "__", StringComparison.Ordinal).Replace('-', '_')})");
    }
}
