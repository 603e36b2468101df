// Stands in for `global-agent`, the first package that the install script of onnxruntime-node loads. That script downloads libraries
// for CUDA, which nothing here uses; what runs models on the processor is in the package. Only newer versions of npm can be told
// in package.json (`allowScripts`) to leave a script out, so here it ends before it begins.

exports.bootstrap = () => process.exit(0);
