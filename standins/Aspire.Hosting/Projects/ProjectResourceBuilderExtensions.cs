using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

/// <summary>Adds .NET projects.</summary>
public static class ProjectResourceBuilderExtensions
{
    /// <summary>Adds a project that the app host references.</summary>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, string name)
        where TProject : IProjectMetadata, new() => Add(builder, name, new TProject());

    /// <summary>Adds a project by its file, relative to the app host's directory.</summary>
    public static IResourceBuilder<ProjectResource> AddProject(this IDistributedApplicationBuilder builder, string name, string projectPath)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(projectPath);
        return Add(builder, name, new ProjectFile(Path.GetFullPath(projectPath.Replace('\\', '/'), builder.AppHostDirectory)));
    }

    /// <summary>Runs several instances of a project. A proxy listens on each endpoint and spreads connections over them.</summary>
    public static IResourceBuilder<ProjectResource> WithReplicas(this IResourceBuilder<ProjectResource> builder, int replicas)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.WithAnnotation(new ReplicaAnnotation(replicas));
    }

    /// <summary>
    /// When published, a project with endpoints does not get the variable that makes ASP.NET Core believe everybody's forwarding headers. It
    /// gets none when it runs.
    /// </summary>
    public static IResourceBuilder<ProjectResource> DisableForwardedHeaders(this IResourceBuilder<ProjectResource> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.WithAnnotation(new DisableForwardedHeadersAnnotation(), ResourceAnnotationMutationBehavior.Replace);
    }

    private static IResourceBuilder<ProjectResource> Add(IDistributedApplicationBuilder builder, string name, IProjectMetadata metadata)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var project = builder.AddResource(new ProjectResource(name)).WithAnnotation(metadata);
        project.WithEnvironment("OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY", "in_memory");
        if (builder.ExecutionContext.IsPublishMode)
        {
            return PublishedProject.Configure(project, metadata);
        }

        if (builder.Environment.IsDevelopment())
        {
            project.WithEnvironment("OTEL_DOTNET_EXPERIMENTAL_ASPNETCORE_DISABLE_URL_QUERY_REDACTION", "true");
            project.WithEnvironment("OTEL_DOTNET_EXPERIMENTAL_HTTPCLIENT_DISABLE_URL_QUERY_REDACTION", "true");
        }

        AddTelemetry(project);
        project.WithEnvironment("DOTNET_SYSTEM_CONSOLE_ALLOW_ANSI_COLOR_REDIRECTION", "true");
        project.WithEnvironment("LOGGING__CONSOLE__FORMATTERNAME", "simple");

        if ((builder.Configuration["AppHost:DefaultLaunchProfileName"] ?? builder.Configuration["DOTNET_LAUNCH_PROFILE"]) is { Length: > 0 } appHostProfile)
        {
            project.WithAnnotation(new DefaultLaunchProfileAnnotation(appHostProfile));
        }

        var profile = ProjectLaunch.ProfileOf(project.Resource, metadata);
        var kestrelEndpoints = AddKestrelEndpoints(project, metadata);
        if (kestrelEndpoints.Count > 0)
        {
            // Endpoints in Kestrel's configuration win over ASPNETCORE_URLS, so each is overridden by name.
            project.WithEnvironment(context =>
            {
                foreach (var endpoint in EndpointsToListenOn(project.Resource))
                {
                    var url = new ReferenceExpressionBuilder();
                    var host = kestrelEndpoints.GetValueOrDefault(endpoint.EndpointAnnotation, "localhost");
                    url.Append($"{endpoint.Property(EndpointProperty.Scheme)}://{host}:{endpoint.Property(EndpointProperty.TargetPort)}");
                    context.EnvironmentVariables[$"Kestrel__Endpoints__{endpoint.EndpointName}__Url"] = url.Build();
                }
            });
        }
        else
        {
            SetUrls(project);
        }

        if (profile is { } launch)
        {
            if (kestrelEndpoints.Count == 0)
            {
                AddProfileEndpoints(project, metadata, launch.Profile);
            }

            project.WithEnvironment(context =>
            {
                context.EnvironmentVariables.TryAdd("DOTNET_LAUNCH_PROFILE", launch.Name);
                foreach (var (variable, value) in launch.Profile.EnvironmentVariables ?? [])
                {
                    context.EnvironmentVariables.TryAdd(variable, Environment.ExpandEnvironmentVariables(value));
                }
            });
        }

        return project;
    }

    internal static Dictionary<EndpointAnnotation, string> AddKestrelEndpoints(IResourceBuilder<ProjectResource> project, IProjectMetadata metadata)
    {
        var settings = ProjectLaunch.SettingsOf(metadata);
        var defaultProtocols = settings["Kestrel:EndpointDefaults:Protocols"];
        var byScheme = settings.GetSection("Kestrel:Endpoints").GetChildren()
            .Where(e => e["Url"] is not null)
            .Select(e => (Name: e.Key, Address: ProjectLaunch.Parse(e["Url"]!, metadata), Protocols: e["Protocols"]))
            .GroupBy(e => e.Address.Scheme);

        var hosts = new Dictionary<EndpointAnnotation, string>();
        foreach (var scheme in byScheme)
        {
            // The only endpoint of its scheme is named after the scheme; several keep their own names.
            var single = scheme.Count() == 1;
            foreach (var (name, address, protocols) in scheme)
            {
                project.WithEndpoint(single ? scheme.Key : name, endpoint =>
                {
                    if (project.ApplicationBuilder.ExecutionContext.IsRunMode)
                    {
                        endpoint.Port = address.Port;
                    }
                    else
                    {
                        endpoint.TargetPort = address.Port;
                    }

                    endpoint.UriScheme = address.Scheme;
                    endpoint.TargetHost = ProjectLaunch.HostOf(address);
                    if ((protocols ?? defaultProtocols) == "Http2")
                    {
                        endpoint.Transport = "http2";
                    }

                    hosts[endpoint] = endpoint.TargetHost;
                });
            }
        }

        return hosts;
    }

    private static void AddProfileEndpoints(IResourceBuilder<ProjectResource> project, IProjectMetadata metadata, LaunchProfile profile)
    {
        var isHttp2 = ProjectLaunch.SettingsOf(metadata)["Kestrel:EndpointDefaults:Protocols"] == "Http2";
        var countByScheme = new Dictionary<string, int>();
        foreach (var url in profile.ApplicationUrl?.Split(';', StringSplitOptions.RemoveEmptyEntries) ?? [])
        {
            var address = ProjectLaunch.Parse(url, metadata);
            var count = countByScheme[address.Scheme] = countByScheme.GetValueOrDefault(address.Scheme) + 1;
            project.WithEndpoint(count == 1 ? address.Scheme : $"{address.Scheme}{count}", endpoint =>
            {
                endpoint.Port = address.Port;
                endpoint.TargetHost = ProjectLaunch.HostOf(address);
                endpoint.UriScheme = address.Scheme;
                if (isHttp2)
                {
                    endpoint.Transport = "http2";
                }
            });
        }
    }

    private static void SetUrls(IResourceBuilder<ProjectResource> project)
    {
        project.WithEnvironment(context =>
        {
            if (context.EnvironmentVariables.ContainsKey("ASPNETCORE_URLS"))
            {
                return;
            }

            var urls = new ReferenceExpressionBuilder();
            foreach (var endpoint in EndpointsToListenOn(project.Resource))
            {
                if (!urls.IsEmpty)
                {
                    urls.AppendLiteral(";");
                }

                if (endpoint.Scheme == "https")
                {
                    context.EnvironmentVariables.TryAdd("ASPNETCORE_HTTPS_PORT", endpoint.Property(EndpointProperty.Port));
                }

                urls.Append($"{endpoint.Property(EndpointProperty.Scheme)}://{endpoint.EndpointAnnotation.TargetHost}:{endpoint.Property(EndpointProperty.TargetPort)}");
            }

            if (!urls.IsEmpty)
            {
                context.EnvironmentVariables["ASPNETCORE_URLS"] = urls.Build();
            }
        });
    }

    private static IEnumerable<EndpointReference> EndpointsToListenOn(ProjectResource project) => project.GetEndpoints().Where(e =>
        e.EndpointAnnotation.UriScheme is "http" or "https"
        && e.EndpointAnnotation.TargetPortEnvironmentVariable is null);

    /// <summary>Gives a project its name, and where its telemetry goes: to the dashboard, or where there is none to the endpoint in the app host's configuration.</summary>
    private static void AddTelemetry(IResourceBuilder<ProjectResource> project) => project.WithEnvironment(context =>
    {
        var (variables, configuration) = (context.EnvironmentVariables, project.ApplicationBuilder.Configuration);
        var dashboard = Dashboard.DashboardSettings.Of(project.ApplicationBuilder);
        if (dashboard.IsUsed)
        {
            var isGrpc = !string.IsNullOrWhiteSpace(dashboard.OtlpGrpcUrl);
            variables["OTEL_EXPORTER_OTLP_ENDPOINT"] = (isGrpc ? dashboard.OtlpGrpcUrl : dashboard.OtlpHttpUrl)!;
            variables["OTEL_EXPORTER_OTLP_PROTOCOL"] = isGrpc ? "grpc" : "http/protobuf";
            if (!dashboard.AllowsAnonymous)
            {
                variables["OTEL_EXPORTER_OTLP_HEADERS"] = $"x-otlp-api-key={dashboard.OtlpApiKey}";
            }
        }
        else if (configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 } endpoint)
        {
            variables["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint;
            variables["OTEL_EXPORTER_OTLP_PROTOCOL"] = configuration["OTEL_EXPORTER_OTLP_PROTOCOL"] ?? "grpc";
        }

        variables["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id={Orchestration.InstanceTokens.Suffix}";
        variables["OTEL_SERVICE_NAME"] = project.Resource.Name;
        if (project.ApplicationBuilder.Environment.IsDevelopment())
        {
            variables["OTEL_BLRP_SCHEDULE_DELAY"] = "1000";
            variables["OTEL_BSP_SCHEDULE_DELAY"] = "1000";
            variables["OTEL_METRIC_EXPORT_INTERVAL"] = "1000";
            variables["OTEL_TRACES_SAMPLER"] = "always_on";
            variables["OTEL_METRICS_EXEMPLAR_FILTER"] = "trace_based";
        }
    });

    private sealed class ProjectFile(string path) : IProjectMetadata
    {
        public string ProjectPath { get; } = path;
    }
}
