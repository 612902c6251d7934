using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Orchestration;

/// <summary>Resources that wait for each other in a circle, so that none of them would ever start.</summary>
internal static class WaitCycle
{
    /// <summary>Finds such a circle: its names, the first one again at the end.</summary>
    public static IReadOnlyList<string>? Find(IEnumerable<IResource> resources)
    {
        var done = new HashSet<IResource>();
        var path = new List<IResource>();
        return resources.Select(Visit).FirstOrDefault(cycle => cycle is not null);

        IReadOnlyList<string>? Visit(IResource resource)
        {
            if (path.IndexOf(resource) is var start and >= 0)
            {
                return [.. path.Skip(start).Append(resource).Select(r => r.Name)];
            }

            if (!done.Add(resource))
            {
                return null;
            }

            path.Add(resource);
            var cycle = DependenciesOf(resource).Select(Visit).FirstOrDefault(c => c is not null);
            path.RemoveAt(path.Count - 1);
            return cycle;
        }
    }

    /// <summary>What a resource waits for, and what it belongs to.</summary>
    public static IEnumerable<IResource> DependenciesOf(IResource resource)
    {
        foreach (var wait in resource.Annotations.OfType<WaitAnnotation>())
        {
            yield return wait.Resource;
        }

        if (resource is IResourceWithParent child)
        {
            yield return child.Parent;
        }
    }
}
