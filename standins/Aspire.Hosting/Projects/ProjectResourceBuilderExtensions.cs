using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

/// <summary>Adds .NET projects.</summary>
public static class ProjectResourceBuilderExtensions
{
    /// <summary>Adds a project that the app host references.</summary>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, string name)
        where TProject : IProjectMetadata, new() => builder.AddProject<TProject>(name, _ => { });

    /// <summary>Adds a project that the app host references, with the launch profile of that name; without any, if the name is null.</summary>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, string name, string? launchProfileName)
        where TProject : IProjectMetadata, new() => builder.AddProject<TProject>(name, options => SetProfile(options, launchProfileName));

    /// <summary>Adds a project that the app host references.</summary>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, string name, Action<ProjectResourceOptions> configure)
        where TProject : IProjectMetadata, new()
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(name, new TProject(), configure);
    }

    /// <summary>Adds a project by its file, relative to the app host's directory.</summary>
    public static IResourceBuilder<ProjectResource> AddProject(this IDistributedApplicationBuilder builder, string name, string projectPath) =>
        builder.AddProject(name, projectPath, _ => { });

    /// <summary>Adds a project by its file, with the launch profile of that name; without any, if the name is null.</summary>
    public static IResourceBuilder<ProjectResource> AddProject(this IDistributedApplicationBuilder builder, string name, string projectPath, string? launchProfileName) =>
        builder.AddProject(name, projectPath, options => SetProfile(options, launchProfileName));

    /// <summary>Adds a project by its file, relative to the app host's directory.</summary>
    public static IResourceBuilder<ProjectResource> AddProject(this IDistributedApplicationBuilder builder, string name, string projectPath, Action<ProjectResourceOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(projectPath);
        return builder.Add(name, new ProjectFile(Path.GetFullPath(projectPath.Replace('\\', '/'), builder.AppHostDirectory)), configure);
    }

    /// <summary>Runs several instances of a project behind each of its endpoints.</summary>
    public static IResourceBuilder<ProjectResource> WithReplicas(this IResourceBuilder<ProjectResource> builder, int replicas)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.WithAnnotation(new ReplicaAnnotation(replicas));
    }

    /// <summary>Does not trust forwarded headers when the project is published.</summary>
    public static IResourceBuilder<ProjectResource> DisableForwardedHeaders(this IResourceBuilder<ProjectResource> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.WithAnnotation<DisableForwardedHeadersAnnotation>(ResourceAnnotationMutationBehavior.Replace);
    }

    /// <summary>Decides which endpoints a project is told to listen on.</summary>
    public static IResourceBuilder<ProjectResource> WithEndpointsInEnvironment(this IResourceBuilder<ProjectResource> builder, Func<EndpointAnnotation, bool> filter)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(filter);
        return builder.WithAnnotation(new EndpointEnvironmentFilterAnnotation(filter));
    }

    private static void SetProfile(ProjectResourceOptions options, string? launchProfileName)
    {
        options.LaunchProfileName = launchProfileName;
        options.ExcludeLaunchProfile = launchProfileName is null;
    }

    private static IResourceBuilder<ProjectResource> Add(this IDistributedApplicationBuilder builder, string name, IProjectMetadata metadata, Action<ProjectResourceOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(configure);
        var options = new ProjectResourceOptions();
        configure(options);

        var project = builder.AddResource(new ProjectResource(name)).WithAnnotation(metadata);
        project.WithEnvironment("OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY", "in_memory");
        if (builder.ExecutionContext.IsRunMode && builder.Environment.IsDevelopment())
        {
            project.WithEnvironment("OTEL_DOTNET_EXPERIMENTAL_ASPNETCORE_DISABLE_URL_QUERY_REDACTION", "true");
            project.WithEnvironment("OTEL_DOTNET_EXPERIMENTAL_HTTPCLIENT_DISABLE_URL_QUERY_REDACTION", "true");
        }

        project.WithOtlpExporter();
        project.WithEnvironment("DOTNET_SYSTEM_CONSOLE_ALLOW_ANSI_COLOR_REDIRECTION", "true");
        project.WithEnvironment("LOGGING__CONSOLE__FORMATTERNAME", "simple");

        if (options.ExcludeLaunchProfile)
        {
            project.WithAnnotation(new ExcludeLaunchProfileAnnotation());
        }
        else if (options.LaunchProfileName is { Length: > 0 } profileName)
        {
            project.WithAnnotation(new LaunchProfileAnnotation(profileName));
        }
        else if ((builder.Configuration["AppHost:DefaultLaunchProfileName"] ?? builder.Configuration["DOTNET_LAUNCH_PROFILE"]) is { Length: > 0 } appHostProfile)
        {
            project.WithAnnotation(new DefaultLaunchProfileAnnotation(appHostProfile));
        }

        var profile = ProjectLaunch.ProfileOf(project.Resource, metadata);
        var kestrelEndpoints = options.ExcludeKestrelEndpoints ? [] : AddKestrelEndpoints(project, metadata);
        if (kestrelEndpoints.Count > 0)
        {
            // Kestrel's own endpoints win over ASPNETCORE_URLS, so each of them is overridden by name.
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
                foreach (var (variable, value) in launch.Profile.EnvironmentVariables)
                {
                    context.EnvironmentVariables.TryAdd(variable, Environment.ExpandEnvironmentVariables(value));
                }
            });
        }

        return project;
    }

    private static Dictionary<EndpointAnnotation, string> AddKestrelEndpoints(IResourceBuilder<ProjectResource> project, IProjectMetadata metadata)
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
                    if (project.ApplicationBuilder.ExecutionContext.IsPublishMode)
                    {
                        endpoint.TargetPort = address.Port;
                    }
                    else
                    {
                        endpoint.Port = address.Port;
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
                endpoint.FromLaunchProfile = true;
                if (isHttp2)
                {
                    endpoint.Transport = "http2";
                }
            });
        }

        if (Uri.TryCreate(profile.LaunchUrl, UriKind.RelativeOrAbsolute, out var launchUrl))
        {
            project.WithUrls(context =>
            {
                foreach (var url in context.Urls.Where(u => u.Endpoint?.EndpointAnnotation.FromLaunchProfile == true))
                {
                    url.Url = (launchUrl.IsAbsoluteUri ? launchUrl : new Uri(new Uri(url.Url), launchUrl)).ToString();
                }
            });
        }
    }

    private static void SetUrls(IResourceBuilder<ProjectResource> project)
    {
        if (!project.ApplicationBuilder.ExecutionContext.IsRunMode)
        {
            return;
        }

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
        && e.EndpointAnnotation.TargetPortEnvironmentVariable is null
        && project.Annotations.OfType<EndpointEnvironmentFilterAnnotation>().All(f => f.Filter(e.EndpointAnnotation)));

    private sealed class ProjectFile(string path) : IProjectMetadata
    {
        public string ProjectPath { get; } = path;
    }
}
