using System.Diagnostics;
using System.Text;
using Godzilla.Chat.Discussions;
using Godzilla.Chat.Messages;
using Godzilla.ServiceDefaults.Identity;

namespace Godzilla.Chat.Assistant;

/// <summary>An answer that is being given. One thread adds to its text, another tells of it.</summary>
internal sealed class Answer(DiscussionId discussion, Message question, CallerIdentity asker, CancellationTokenSource stop) : IDisposable
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly StringBuilder _text = new();
    private int _told;
    private int _events;

    public DiscussionId Discussion => discussion;

    public Message Question => question;

    public CallerIdentity Asker => asker;

    /// <summary>The span of the question.</summary>
    public ActivityContext Trace { get; } = Activity.Current?.Context ?? default;

    public CancellationToken Stopped { get; } = stop.Token;

    /// <summary>Ends when nothing more comes.</summary>
    public Task Ended => _ended.Task;

    public string Text
    {
        get
        {
            lock (_gate)
            {
                return _text.ToString();
            }
        }
    }

    /// <summary>Stops it. What there is of it is stored.</summary>
    public void Stop()
    {
        try
        {
            stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended meanwhile.
        }
    }

    /// <summary>Says that nothing more comes.</summary>
    public void Dispose()
    {
        stop.Dispose();
        _ended.SetResult();
    }

    /// <summary>Adds a piece.</summary>
    /// <returns><see langword="false"/> if no message can hold more.</returns>
    public bool Add(string piece)
    {
        lock (_gate)
        {
            _text.Append(TextRule.Clean(piece));
            if (_text.Length <= Draft.MaxTextLength)
            {
                return true;
            }

            // Not within a character.
            _text.Length = char.IsHighSurrogate(_text[Draft.MaxTextLength - 1]) ? Draft.MaxTextLength - 1 : Draft.MaxTextLength;
            return false;
        }
    }

    /// <summary>Takes what was added since the last call.</summary>
    public string TakeNew()
    {
        lock (_gate)
        {
            var added = _text.ToString(_told, _text.Length - _told);
            _told = _text.Length;
            return added;
        }
    }

    /// <summary>Makes the next event.</summary>
    public AssistantEvent Next(string state, string? text = null, string? messageId = null) =>
        new(discussion.ToString(), question.Id.ToString(), asker.User, _events++, state, text, messageId);
}
