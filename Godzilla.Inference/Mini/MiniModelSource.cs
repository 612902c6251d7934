using Godzilla.Inference.Mini.Model;

namespace Godzilla.Inference.Mini;

/// <summary>The trained model, read once, when it is first needed.</summary>
internal sealed class MiniModelSource
{
    private readonly Lazy<MiniModel> _model = new(() => MiniModel.Load(Path.Combine(AppContext.BaseDirectory, "godzilla-mini.model")));

    /// <exception cref="IOException">There is no file beside the program.</exception>
    internal MiniModel Model => _model.Value;
}
