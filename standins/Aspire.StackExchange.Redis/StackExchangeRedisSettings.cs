namespace Aspire.StackExchange.Redis;

/// <summary>How an application uses one Redis.</summary>
public sealed class StackExchangeRedisSettings
{
    /// <summary>StackExchange.Redis's configuration string, such as <c>localhost:6379,password=…</c>.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>True to register no health check; false unless set.</summary>
    public bool DisableHealthChecks { get; set; }

    /// <summary>True to add nothing to tracing; false unless set.</summary>
    public bool DisableTracing { get; set; }

    /// <summary>False to connect when the host starts; true (the default) to connect on first use.</summary>
    public bool DisableAutoActivation { get; set; } = true;
}
