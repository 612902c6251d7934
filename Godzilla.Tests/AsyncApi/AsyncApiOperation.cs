namespace Godzilla.Tests.AsyncApi;

/// <summary>What a server receives or sends, as an AsyncAPI document has it.</summary>
/// <param name="Channel">The key of its channel.</param>
/// <param name="Action">The server's: <c>receive</c> or <c>send</c>.</param>
/// <param name="Replies">What it may be answered with.</param>
internal sealed record AsyncApiOperation(string Id, string Channel, string Action, AsyncApiMessage Message, IReadOnlyList<AsyncApiMessage> Replies)
{
    /// <summary>The answer of what succeeds.</summary>
    public AsyncApiMessage Answer => Assert.Single(Replies, reply => reply.Key != "failed");

    /// <summary>The answer of what fails.</summary>
    public AsyncApiMessage Failure => Assert.Single(Replies, reply => reply.Key == "failed");
}
