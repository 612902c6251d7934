namespace Aspire.Hosting;

/// <summary>How an application is built.</summary>
public sealed class DistributedApplicationOptions
{
    /// <summary>The app host's command line.</summary>
    public string[]? Args { get; set; }

    /// <summary>The app host's assembly, if it is not the one that was started.</summary>
    public string? AssemblyName { get; set; }

    /// <summary>The app host's project directory, if it is not the one that its assembly was built from.</summary>
    public string? ProjectDirectory { get; set; }

    /// <summary>Whether there is no dashboard. This build has none either way.</summary>
    public bool DisableDashboard { get; set; }

    /// <summary>Whether what resources write goes to the app host's log as well, in categories of their own.</summary>
    public bool EnableResourceLogging { get; set; }

    /// <summary>Whether the dashboard may do without TLS. This build has no dashboard.</summary>
    public bool AllowUnsecuredTransport { get; set; }
}
