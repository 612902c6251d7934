using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Publishing;

namespace Aspire.Hosting.MongoDB;

/// <summary>What a published MongoDB server is: the real package's image.</summary>
internal static class MongoContainer
{
    private const string DataFolder = "/data/db";

    public static IResourceBuilder<MongoDBServerResource> Describe(IResourceBuilder<MongoDBServerResource> builder) =>
        builder.ApplicationBuilder.ExecutionContext.IsRunMode
            ? builder
            : builder
                .WithAnnotation(new ContainerImageAnnotation { Registry = "docker.io", Image = "library/mongo", Tag = "8.3" })
                .WithEnvironment("MONGO_INITDB_ROOT_USERNAME", builder.Resource.UserNameReference)
                .WithEnvironment("MONGO_INITDB_ROOT_PASSWORD", builder.Resource.PasswordParameter!);

    public static void AddVolume(IResourceBuilder<MongoDBServerResource> builder, string? name) =>
        builder.WithAnnotation(
            new ContainerMountAnnotation(name ?? VolumeName.Of(builder, "data"), DataFolder, IsReadOnly: false), ResourceAnnotationMutationBehavior.Replace);
}
