using Godzilla.Gateway.Bearer;
using Godzilla.Gateway.Forwarding;
using Godzilla.Gateway.Sessions;
using Microsoft.AspNetCore.Routing.Template;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Model;

namespace Godzilla.Gateway.ApiDocument;

/// <summary>Which of the services' operations clients can reach, by the routes of appsettings.json.</summary>
internal sealed class RoutedOperations(IProxyStateLookup proxy, IInlineConstraintResolver constraints)
{
    /// <summary>The services that have routes.</summary>
    public IEnumerable<string> Services => proxy.GetRoutes()
        .Select(route => route.Cluster)
        .OfType<ClusterState>()
        .Select(cluster => ForwardedService.NameOf(cluster.Model.Config))
        .Distinct(StringComparer.Ordinal)
        .Order(StringComparer.Ordinal);

    /// <param name="service">Whose operation it is.</param>
    /// <param name="path">As the service's document has it, such as <c>/discussion/{id}/messages</c>.</param>
    /// <param name="method">In capitals.</param>
    /// <returns>Whether the operation needs a session, and whether it takes keys and tokens; <see langword="null"/> if no route leads to it.</returns>
    public (SessionRequirement Session, bool IsBearer)? Find(string service, string path, string method)
    {
        // Any value will do for a parameter.
        var sample = new PathString(string.Join('/', path.Split('/').Select(segment => segment.StartsWith('{') ? "x" : segment)));
        var match = proxy.GetRoutes()
            .Where(route => route.Cluster is { } cluster && ForwardedService.NameOf(cluster.Model.Config) == service && Allows(route.Config, method))
            .Select(route => (route.Config, Template: TemplateParser.Parse(route.Config.Match.Path ?? "/{**any}")))
            .Where(route => Matches(route.Template, sample))
            .OrderBy(route => RoutePrecedence.ComputeInbound(route.Template))
            .Select(route => route.Config)
            .FirstOrDefault();
        return match is null ? null : (SessionRequirements.Of(match.Metadata), BearerScopes.Of(match.Metadata) is not null);
    }

    private static bool Allows(RouteConfig route, string method) => route.Match.Methods?.Contains(method, StringComparer.OrdinalIgnoreCase) ?? true;

    private bool Matches(RouteTemplate template, PathString path)
    {
        var values = new RouteValueDictionary();
        return new TemplateMatcher(template, []).TryMatch(path, values)
            && template.Parameters.All(parameter => parameter.InlineConstraints.All(constraint =>
                constraints.ResolveConstraint(constraint.Constraint)?.Match(null, null, parameter.Name!, values, RouteDirection.IncomingRequest) != false));
    }
}
