using System.Collections;
using k8s.Models;

namespace Godzilla.Tests.Deployment;

/// <summary>Every field that Kubernetes' OpenAPI document requires is there, in each object of the kinds that we use.</summary>
public sealed class RequiredFieldTests(Rendered rendered) : IClassFixture<Rendered>
{
    // "required" of the definitions in https://github.com/kubernetes/kubernetes/blob/master/api/openapi-spec/swagger.json.
    private static readonly Dictionary<Type, string[]> Required = new()
    {
        [typeof(V1DeploymentSpec)] = ["Selector", "Template"],
        [typeof(V1StatefulSetSpec)] = ["Selector", "Template"],
        [typeof(V1JobSpec)] = ["Template"],
        [typeof(V1PodSpec)] = ["Containers"],
        [typeof(V1Container)] = ["Name"],
        [typeof(V1ContainerPort)] = ["ContainerPort"],
        [typeof(V1EnvVar)] = ["Name"],
        [typeof(V1SecretKeySelector)] = ["Key"],
        [typeof(V1VolumeMount)] = ["Name", "MountPath"],
        [typeof(V1Volume)] = ["Name"],
        [typeof(V1HTTPGetAction)] = ["Port"],
        [typeof(V1TCPSocketAction)] = ["Port"],
        [typeof(V1GRPCAction)] = ["Port"],
        [typeof(V1SleepAction)] = ["Seconds"],
        [typeof(V1TopologySpreadConstraint)] = ["MaxSkew", "TopologyKey", "WhenUnsatisfiable"],
        [typeof(V1SeccompProfile)] = ["Type"],
        [typeof(V1ServicePort)] = ["Port"],
        [typeof(V1NetworkPolicySpec)] = ["PodSelector"],
        [typeof(V2HorizontalPodAutoscalerSpec)] = ["MaxReplicas", "ScaleTargetRef"],
        [typeof(V2CrossVersionObjectReference)] = ["Kind", "Name"],
        [typeof(V2MetricSpec)] = ["Type"],
        [typeof(V2ResourceMetricSource)] = ["Name", "Target"],
        [typeof(V2MetricTarget)] = ["Type"],
        [typeof(V1HTTPIngressRuleValue)] = ["Paths"],
        [typeof(V1HTTPIngressPath)] = ["PathType", "Backend"],
        [typeof(V1IngressServiceBackend)] = ["Name"],
    };

    [Fact]
    public void NoRequiredFieldIsMissing()
    {
        var seen = new HashSet<Type>();

        Assert.Empty(rendered.Objects.All.SelectMany(o => Missing(o, $"{o.Kind}/{o.Metadata.Name}", seen)));
        Assert.All(rendered.Objects.All, o => Assert.NotNull(o.Metadata.Name));

        // The list above is about what is there.
        Assert.Equal([], Required.Keys.Except(seen).Select(t => t.Name));
    }

    [Fact]
    public void AMissingFieldIsFound()
    {
        var policy = new V1NetworkPolicy { Spec = new() };
        Assert.Equal(["NetworkPolicy.Spec.PodSelector"], Missing(policy, "NetworkPolicy", []));
        Assert.Equal(["ports.ContainerPort"], Missing(new V1ContainerPort { Name = "http" }, "ports", []));
    }

    private static IEnumerable<string> Missing(object value, string path, HashSet<Type> seen)
    {
        seen.Add(value.GetType());
        foreach (var property in value.GetType().GetProperties().Where(p => p.GetIndexParameters().Length == 0))
        {
            var inner = property.GetValue(value);
            if (inner is null or 0 && (Required.GetValueOrDefault(value.GetType())?.Contains(property.Name) ?? false))
            {
                yield return $"{path}.{property.Name}";
            }

            foreach (var child in Children(inner))
            {
                foreach (var missing in Missing(child, $"{path}.{property.Name}", seen))
                {
                    yield return missing;
                }
            }
        }
    }

    private static IEnumerable<object> Children(object? value) => value switch
    {
        IEnumerable list when value is not string and not IDictionary => list.Cast<object>().Where(IsModel),
        not null when IsModel(value) => [value],
        _ => [],
    };

    private static bool IsModel(object value) => value.GetType().Namespace == typeof(V1Pod).Namespace && value is not IntOrString and not ResourceQuantity;
}
