using System.Text.RegularExpressions;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace Godzilla.Tests.System.Telemetry;

/// <summary>The whole system, with two replicas of Chat, whose services export to a collector.</summary>
internal sealed partial class TracedSystem(OtlpCollector collector, params (string Service, string Key, string Value)[] variables) : GodzillaApp
{
    public static readonly string[] Services = ["gateway", "accounts", "chat", "inference", "presence"];

    /// <summary>Ends all services. Each exports all that it has when it ends, so nothing comes after this.</summary>
    public async Task EndServicesAsync()
    {
        foreach (var service in Services)
        {
            foreach (var instance in InstancesOf(service))
            {
                Assert.Equal(0, (await EndAsync(service, instance)).ExitCode);
                await Eventually.TrueAsync(
                    () => Logs.LinesOf(service).Any(line => line.Contains("Application is shutting down", StringComparison.Ordinal)),
                    $"the log of {service} is there to its end");
            }
        }
    }

    /// <summary>The passwords of the stores that a replica knows.</summary>
    public IEnumerable<string> PasswordsOf(string instance) => VariablesOf(instance)
        .Where(variable => variable.Key.StartsWith("ConnectionStrings__", StringComparison.Ordinal))
        .Select(variable => Password().Match(variable.Value))
        .Where(match => match.Success)
        .Select(match => match.Groups[1].Value);

    protected override void Configure(IDistributedApplicationTestingBuilder builder)
    {
        foreach (var name in Services)
        {
            var service = builder.CreateResourceBuilder<ProjectResource>(name);
            foreach (var (key, value) in collector.Variables.Concat(variables.Where(v => v.Service == name).Select(v => (v.Key, v.Value))))
            {
                service.WithEnvironment(key, value);
            }
        }

        builder.CreateResourceBuilder<ProjectResource>("chat").WithReplicas(2);
    }

    // Of a MongoDB address, or of Redis's options.
    [GeneratedRegex("(?::|password=)([^:@/,]{8,})(?:@|,|$)")]
    private static partial Regex Password();
}
