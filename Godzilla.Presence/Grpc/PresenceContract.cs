using Godzilla.Presence.V1;
using Grpc.Core;

namespace Godzilla.Presence.Grpc;

/// <summary>
/// <c>presence.PresenceService</c> of proto/presence.proto, as the generated base class has it, but that the answers which many get are
/// encoded once (<see cref="Encoded"/>).
/// </summary>
[BindServiceMethod(typeof(PresenceContract), nameof(BindService))]
internal abstract class PresenceContract
{
    /// <summary>For reflection.</summary>
    public static Google.Protobuf.Reflection.ServiceDescriptor Descriptor => PresenceService.Descriptor;

    public static void BindService(ServiceBinderBase binder, PresenceContract? service) =>
        PresenceService.BindService(new EncodedAnswers(binder), null);

    public abstract Task<Encoded> UserConnected(UserRequest request, ServerCallContext context);

    public abstract Task<Empty> UserDisconnected(UserRequest request, ServerCallContext context);

    public abstract Task<Empty> SetTyping(SetTypingRequest request, ServerCallContext context);

    public abstract Task<Encoded> GetOnlineUsers(Empty request, ServerCallContext context);

    public abstract Task<Encoded> GetTypingUsers(Empty request, ServerCallContext context);

    public abstract Task<TypingUsersResponse> GetTypingUsersIn(DiscussionRequest request, ServerCallContext context);

    public abstract Task<UpdateLeasesResponse> UpdateLeases(UpdateLeasesRequest request, ServerCallContext context);

    public abstract Task Watch(WatchRequest request, IServerStreamWriter<Encoded> responseStream, ServerCallContext context);

    public abstract Task<GetUsersResponse> GetUsers(GetUsersRequest request, ServerCallContext context);

    /// <summary>Passes on the generated methods, some with another type of answer. The server finds the handlers by name.</summary>
    private sealed class EncodedAnswers(ServiceBinderBase binder) : ServiceBinderBase
    {
        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
        {
            if (method.Name is nameof(UserConnected) or nameof(GetOnlineUsers) or nameof(GetTypingUsers))
            {
                binder.AddMethod(With(method), (UnaryServerMethod<TRequest, Encoded>?)null);
            }
            else
            {
                binder.AddMethod(method, handler);
            }
        }

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler) =>
            binder.AddMethod(With(method), (ServerStreamingServerMethod<TRequest, Encoded>?)null);

        private static Method<TRequest, Encoded> With<TRequest, TResponse>(Method<TRequest, TResponse> method) =>
            new(method.Type, method.ServiceName, method.Name, method.RequestMarshaller, Encoded.Marshaller);
    }
}
