namespace Godzilla.Inference.Grpc;

internal static class GrpcExtensions
{
    internal static void AddInferenceGrpc(this IServiceCollection services) => services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = 8 * 1024 * 1024);

    /// <summary>Who calls, the service itself checks: a policy of the endpoint would answer with a bare 401, which a gRPC client cannot read.</summary>
    internal static void MapInferenceGrpc(this IEndpointRouteBuilder routes) => routes.MapGrpcService<InferenceGrpcService>().AllowAnonymous();
}
