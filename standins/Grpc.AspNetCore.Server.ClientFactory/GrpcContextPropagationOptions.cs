namespace Grpc.AspNetCore.ClientFactory;

/// <summary>How a server's call passes its deadline and cancellation on.</summary>
public class GrpcContextPropagationOptions
{
    /// <summary>True to make calls outside of any server's call as they are; false (the default) to fail them.</summary>
    public bool SuppressContextNotFoundErrors { get; set; }
}
