using Godzilla.Inference.Mini.Json;
using Godzilla.Inference.Mini.Model;
using Godzilla.Inference.Tokens;

namespace Godzilla.Inference.Mini.Decoding;

/// <summary>One text as it is generated, token by token.</summary>
internal sealed class Generation
{
    private readonly MiniModel _model;
    private readonly SamplingOptions _options;
    private readonly Sampler _sampler;
    private readonly TextOutput _output;
    private readonly TextModel? _text;
    private readonly ConstrainedModel? _constrained;
    private readonly int _limit;

    /// <summary>Begins a text of at most <paramref name="limit"/> tokens; of any kind if there is no <paramref name="grammar"/>.</summary>
    internal Generation(
        MiniModel model, TokenCounter tokens, Prompt prompt, Node? grammar, SamplingOptions options, long? seed, IReadOnlyList<string> stops, int limit)
    {
        _model = model;
        _options = options;
        _sampler = new(model, options, seed);
        _output = new(stops);
        _limit = limit;
        if (grammar is null)
        {
            _text = new(model, prompt.Answers());
        }
        else
        {
            _constrained = new(model, tokens, prompt, grammar, limit);
        }
    }

    /// <summary>How many tokens have been generated.</summary>
    internal int Count { get; private set; }

    /// <summary>Whether the text ended because it may have no more tokens.</summary>
    internal bool IsCut { get; private set; }

    /// <summary>The log probabilities of the tokens that the last text completes.</summary>
    internal IReadOnlyList<TokenLogprob> TakeLogprobs() => _output.TakeLogprobs();

    /// <summary>Generates a token. False when the text has ended; what has been held back is then in <paramref name="text"/>.</summary>
    /// <param name="text">The text that can be shown now; often none.</param>
    internal bool TryStep(out string text)
    {
        if (_output.IsStopped || _constrained?.IsEnded == true)
        {
            text = _output.Finish();
            return false;
        }

        if (Count >= _limit)
        {
            IsCut = true;
            text = _output.Finish();
            return false;
        }

        var masses = TokenMasses.Rent();
        Predict(masses);
        var (token, logprob) = _sampler.Draw(masses);
        _constrained?.Advance(token);
        if (token == MiniModel.End)
        {
            text = _output.Finish();
            return false;
        }

        _text?.Advance(token);
        Count++;
        text = _output.Push(_model.Bytes(token).Span, logprob);
        return true;
    }

    private void Predict(TokenMasses masses)
    {
        if (_constrained is not null)
        {
            _constrained.Predict(masses);
            return;
        }

        _text!.Predict(masses, 1);

        // An answer has at least one token.
        for (var place = 0; Count == 0 && place < masses.Count; place++)
        {
            if (masses.Tokens[place] == MiniModel.End)
            {
                masses.Remove(place);
            }
        }

        foreach (var (token, bias) in _options.Bias)
        {
            if (bias > 0 && !_model.Bytes(token).IsEmpty)
            {
                masses.Add(token, Sampler.Floor);
            }
        }
    }
}
