using System.Text.Json.Nodes;
using k8s.Models;

namespace Godzilla.Tests.Deployment;

/// <summary>What is deployed is what the model says, and what is committed is what is rendered.</summary>
public sealed class EqualityTests(Rendered rendered) : IClassFixture<Rendered>
{
    [Fact]
    public void TheCommittedManifestsAreTheRenderedOnes()
    {
        var committed = Path.Combine(Repository.Root, "aspirate-output");
        Assert.Equal(Files(rendered.Folder), Files(committed));
        Assert.All(Files(committed), file => Assert.True(
            File.ReadAllText(Path.Combine(committed, file)) == File.ReadAllText(Path.Combine(rendered.Folder, file)),
            $"aspirate-output/{file} is not what the model says now: ./godzilla publish"));

        static IEnumerable<string> Files(string folder) =>
            Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder, f)).Order(StringComparer.Ordinal);
    }

    [Fact]
    public void WhatIsDeployedIsWhatTheModelSays() => Assert.Empty(ModelDifferences.Find(rendered.Model, rendered.Objects));

    [Fact]
    public void AnEdgeThatIsMissingInAPolicyIsFound()
    {
        var edges = 0;
        foreach (var policy in new KubernetesObjects(rendered.Folder).Of<V1NetworkPolicy>().Where(p => p.Metadata.Name != "seed"))
        {
            for (var i = 0; i < (policy.Spec.Ingress ?? []).Count; i++)
            {
                ExpectFound(objects => objects.The<V1NetworkPolicy>(policy.Metadata.Name).Spec.Ingress.RemoveAt(i));
            }

            // The first is for DNS, the last for telemetry.
            for (var i = 1; i < (policy.Spec.Egress ?? []).Count - 1; i++)
            {
                ExpectFound(objects => objects.The<V1NetworkPolicy>(policy.Metadata.Name).Spec.Egress.RemoveAt(i));
            }
        }

        Assert.True(edges >= 18, $"{edges}");

        void ExpectFound(Action<KubernetesObjects> remove)
        {
            var objects = new KubernetesObjects(rendered.Folder);
            remove(objects);
            Assert.Single(ModelDifferences.Find(rendered.Model, objects));
            edges++;
        }
    }

    [Fact]
    public void AReferenceThatIsMissingInTheModelIsFound()
    {
        var projects = rendered.Model.Where(r => (string?)r.Value!["type"] == "project.v0").Select(r => r.Key).ToList();
        foreach (var (from, to) in projects.SelectMany(from => rendered.Model.Select(to => (from, to.Key))))
        {
            var model = rendered.Model.DeepClone().AsObject();
            var variables = model[from]!["env"]!.AsObject();
            var removed = variables.Where(v => ((string)v.Value!).Contains($"{{{to}.", StringComparison.Ordinal) && from != to && !((string)v.Value!).Contains(".https.", StringComparison.Ordinal)).Select(v => v.Key).ToList();
            removed.ForEach(name => variables.Remove(name));

            Assert.Equal(removed.Count > 0, ModelDifferences.Find(model, rendered.Objects).Count > 0);
        }
    }

    [Theory]
    [InlineData("secret")]
    [InlineData("variable")]
    [InlineData("port")]
    [InlineData("workload")]
    public void AnyOtherDifferenceIsFound(string kind)
    {
        var objects = new KubernetesObjects(rendered.Folder);
        var model = rendered.Model.DeepClone().AsObject();
        var chat = objects.The<V1Deployment>("chat").Spec.Template.Spec.Containers.Single();
        switch (kind)
        {
            case "secret":
                chat.Env.Single(e => e.Name == "Identity__Callees__presence__Key").ValueFrom.SecretKeyRef.Name = "identity-chat-accounts";
                break;
            case "variable":
                chat.Env.Remove(chat.Env.Single(e => e.Name == "ConnectionStrings__redis"));
                break;
            case "port":
                model["presence"]!["bindings"]!["http"]!["targetPort"] = 50053;
                break;
            case "workload":
                model["another"] = JsonNode.Parse("""{"type":"project.v0"}""");
                break;
        }

        Assert.NotEmpty(ModelDifferences.Find(model, objects));
    }
}
