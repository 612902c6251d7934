using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>What a project's endpoints and variables are when it is published: HTTP without TLS, on ports that the other place chooses.</summary>
internal static class PublishedProject
{
    public static IResourceBuilder<ProjectResource> Configure(IResourceBuilder<ProjectResource> project, IProjectMetadata metadata)
    {
        // Not at once: DisableForwardedHeaders is called later.
        project.WithEnvironment(context =>
        {
            if (HasEndpoints(project.Resource) && !project.Resource.HasAnnotationOfType<DisableForwardedHeadersAnnotation>())
            {
                context.EnvironmentVariables["ASPNETCORE_FORWARDEDHEADERS_ENABLED"] = "true";
            }
        });

        var areInSettings = ProjectResourceBuilderExtensions.AddKestrelEndpoints(project, metadata).Count > 0;
        if (!areInSettings && ProjectLaunch.ProfileOf(project.Resource, metadata)?.Profile.ApplicationUrl is null)
        {
            return project; // It serves nothing.
        }

        AddUnlessThere("http");
        AddUnlessThere("https");
        return project.WithEnvironment(context =>
        {
            var endpoints = project.Resource.GetEndpoints().Where(e => e.Scheme == "http" && e.EndpointAnnotation.TargetPortEnvironmentVariable is null);
            if (areInSettings)
            {
                foreach (var endpoint in endpoints)
                {
                    context.EnvironmentVariables[$"Kestrel__Endpoints__{endpoint.EndpointName}__Url"] =
                        ReferenceExpression.Create($"http://*:{endpoint.Property(EndpointProperty.TargetPort)}");
                }

                return;
            }

            var ports = new ReferenceExpressionBuilder();
            foreach (var endpoint in endpoints)
            {
                ports.AppendLiteral(ports.IsEmpty ? "" : ";");
                ports.Append($"{endpoint.Property(EndpointProperty.TargetPort)}");
            }

            if (!ports.IsEmpty)
            {
                context.EnvironmentVariables["HTTP_PORTS"] = ports.Build();
            }
        });

        void AddUnlessThere(string scheme)
        {
            if (!project.Resource.Annotations.OfType<EndpointAnnotation>().Any(e => e.UriScheme == scheme || e.Name == scheme))
            {
                project.WithEndpoint(scheme, endpoint => endpoint.UriScheme = scheme);
            }
        }
    }

    private static bool HasEndpoints(ProjectResource project) => project.HasAnnotationOfType<EndpointAnnotation>();
}
