using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Publishing;

namespace Aspire.Hosting.Redis;

/// <summary>What a published Redis server is: the real package's image and command.</summary>
internal static class RedisContainer
{
    private const string DataFolder = "/data";

    public static IResourceBuilder<RedisResource> Describe(IResourceBuilder<RedisResource> builder)
    {
        if (builder.ApplicationBuilder.ExecutionContext.IsRunMode)
        {
            return builder;
        }

        builder.Resource.Entrypoint = "/bin/sh";
        return builder
            .WithAnnotation(new ContainerImageAnnotation { Registry = "docker.io", Image = "library/redis", Tag = "8.6" })
            .WithEnvironment("REDIS_PASSWORD", builder.Resource.PasswordParameter!)
            .WithArgs(context =>
            {
                // The shell fills in the password, so that no command line of the model has it.
                var command = "redis-server --requirepass $REDIS_PASSWORD";
                if (builder.Resource.Annotations.OfType<RedisPersistenceAnnotation>().LastOrDefault() is { } persistence)
                {
                    command += string.Create(
                        CultureInfo.InvariantCulture, $" --save {(long)persistence.Interval.TotalSeconds} {persistence.KeysChangedThreshold}");
                }

                context.Args.Add("-c");
                context.Args.Add(command);
            });
    }

    public static void AddVolume(IResourceBuilder<RedisResource> builder, string? name, bool isReadOnly) =>
        builder.WithAnnotation(
            new ContainerMountAnnotation(name ?? VolumeName.Of(builder, "data"), DataFolder, isReadOnly), ResourceAnnotationMutationBehavior.Replace);
}
