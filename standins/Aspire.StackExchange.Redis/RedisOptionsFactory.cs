using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Aspire.StackExchange.Redis;

/// <summary>Where the options of one client start from.</summary>
internal sealed record ConnectionSource(StackExchangeRedisSettings Settings);

/// <summary>
/// Parses the connection string into the options. A factory, since parsing makes new options and cannot fill the ones that a
/// Configure callback is handed; callbacks, validation and so on still apply on top.
/// </summary>
internal sealed class RedisOptionsFactory(
    IServiceProvider services,
    IEnumerable<IConfigureOptions<ConfigurationOptions>> setups,
    IEnumerable<IPostConfigureOptions<ConfigurationOptions>> postConfigures,
    IEnumerable<IValidateOptions<ConfigurationOptions>> validations)
    : OptionsFactory<ConfigurationOptions>(setups, postConfigures, validations)
{
    protected override ConfigurationOptions CreateInstance(string name)
    {
        var connectionString = services.GetKeyedService<ConnectionSource>(name)?.Settings.ConnectionString;
        if (connectionString is null)
        {
            return new ConfigurationOptions { AbortOnConnectFail = false };
        }

        var options = ConfigurationOptions.Parse(connectionString);
        if (!SaysWhetherToAbort(connectionString))
        {
            // A Redis that comes up after the application is waited for, unless the string says otherwise.
            options.AbortOnConnectFail = false;
        }

        return options;
    }

    private static bool SaysWhetherToAbort(string connectionString) => connectionString
        .Split(',', StringSplitOptions.TrimEntries)
        .Any(part => part.Split('=')[0].TrimEnd().Equals("abortConnect", StringComparison.OrdinalIgnoreCase));
}
