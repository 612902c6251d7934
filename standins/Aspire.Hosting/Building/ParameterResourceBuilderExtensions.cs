using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Orchestration;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting;

/// <summary>Adds values from outside.</summary>
public static class ParameterResourceBuilderExtensions
{
    /// <summary>Adds a parameter whose value is configuration <c>Parameters:name</c>.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, bool secret = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddResource(CreateParameter(builder, name, secret, null));
    }

    /// <summary>Adds a parameter with a value.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, string value, bool publishValueAsDefault = false, bool secret = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(value);
        return publishValueAsDefault && secret
            ? throw new ArgumentException("A secret parameter's value cannot be published as its default.", nameof(secret))
            : builder.AddResource(new ParameterResource(name, _ => value, secret));
    }

    /// <summary>Adds a parameter whose value is configuration <c>Parameters:name</c>, or <paramref name="value"/> without that. With <paramref name="persist"/> the value is kept between runs.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, ParameterDefault value, bool secret = false, bool persist = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(value);
        return builder.AddResource(CreateParameter(builder, name, secret, persist ? Stored(builder, name, value) : value));
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

    /// <summary>Creates a parameter for a password, which is generated once and kept when none is configured. It is not added to the application.</summary>
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
        return CreateParameter(builder, name, secret: true, Stored(builder, name, generated));
    }

    private static ParameterResource CreateParameter(IDistributedApplicationBuilder builder, string name, bool secret, ParameterDefault? value) =>
        new(name, d => ValueOf(builder.Configuration, $"Parameters:{name}", name, d), secret) { Default = value };

    private static ParameterDefault Stored(IDistributedApplicationBuilder builder, string name, ParameterDefault value) =>
        builder.ExecutionContext.IsRunMode ? new StoredParameterDefault(name, value, () => DataFolder.Of(builder)) : value;

    private static string ValueOf(ConfigurationManager configuration, string key, string name, ParameterDefault? parameterDefault)
    {
        // Environment variables cannot have hyphens in their names everywhere.
        var value = configuration[key] ?? configuration[key.Replace('-', '_')];
        return value ?? parameterDefault?.GetDefaultValue() ?? throw new MissingParameterValueException(
            $"the parameter '{name}' has no value: set {key} (environment variable {key.Replace(":", "__", StringComparison.Ordinal).Replace('-', '_')})");
    }
}
