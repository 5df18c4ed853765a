import { createR2BlobStore } from '../../../store/index.ts';
import { blobContract } from '../../contract/blobs.ts';
import { bindings } from '../support.ts';

blobContract(() => createR2BlobStore(bindings.BLOBS));
